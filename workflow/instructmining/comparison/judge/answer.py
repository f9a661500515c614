"""Let a tuned model answer every prompt, turn by turn.

In: prompts, a finished run with its adapter. Out: one row of answers per prompt, and a report of what made them.
Batches are padded on the left, so that all prompts of a batch end where their answers begin.

    python -m instructmining.comparison.judge.answer --settings '{"max_tokens": 256}' --prompts prompts.parquet \\
        --record results/training/smollm2/mixed.selected/seed0/record.json \\
        --adapter results/training/smollm2/mixed.selected/seed0/adapter --model results/models/smollm2/model.json \\
        --output seed0.parquet --report seed0.json
"""

import argparse
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import torch
from torch import Tensor
from transformers import GenerationConfig

from instructmining.command import run_main
from instructmining.comparison.adapters import TunedModel, load_tuned
from instructmining.comparison.judge.answers import Answer, AnswersReport, write_answers
from instructmining.comparison.judge.prompts import Prompt, read_prompt_table
from instructmining.comparison.judge.settings import Generation
from instructmining.example import Message
from instructmining.files import write_result
from instructmining.models.batches import budget_batches, halve_on_out_of_memory
from instructmining.models.device import lease_gpu
from instructmining.models.load import pick_device
from instructmining.models.prompt import Tokens, tokenize
from instructmining.progress import Progress, start_log
from instructmining.training.tuned_model import device_name

PACKAGES = ("torch", "transformers", "peft", "tokenizers")


@dataclass
class Conversation:
    """A prompt, and the answers to its first turns."""

    prompt: Prompt
    answers: list[list[int]]  # token IDs, without the end token
    texts: list[str]
    cut: list[bool]

    def history(self, turn: int) -> list[Message]:
        """The messages before the answer to a turn."""
        said = [text for pair in zip(self.prompt.turns, self.texts, strict=False) for text in pair]
        texts, roles = [*said, self.prompt.turns[turn]], [*["user", "assistant"] * turn, "user"]
        return [*self.prompt.before, *(Message(role=r, content=c) for r, c in zip(roles, texts, strict=True))]


def answer_all(
    tuned: TunedModel, prompts: Sequence[Prompt], settings: Generation, seed: int
) -> tuple[list[Answer], int]:
    """The answers in order of the prompts, and how many prompts lost their beginning."""
    torch.manual_seed(seed)
    tuned.model.generation_config = generation_config(tuned, settings)
    _check_room(tuned, settings)
    conversations = [Conversation(prompt, [], [], []) for prompt in prompts]
    truncated = 0
    for turn in range(max(len(prompt.turns) for prompt in prompts)):
        waiting = [conversation for conversation in conversations if len(conversation.prompt.turns) > turn]
        tokens = [prompt_tokens(tuned, conversation.history(turn), settings) for conversation in waiting]
        truncated += sum(item.truncated for item in tokens)
        answers = generate(tuned, [item.prompt for item in tokens], settings, f"turn {turn + 1}")
        for conversation, (ids, cut) in zip(waiting, answers, strict=True):
            conversation.answers.append(ids)
            conversation.texts.append(tuned.tokenizer.decode(ids, skip_special_tokens=True).strip())
            conversation.cut.append(cut)
    return [_finish(conversation) for conversation in conversations], truncated


def prompt_tokens(tuned: TunedModel, history: Sequence[Message], settings: Generation) -> Tokens:
    """The messages before an answer, tokenised as in training; `tokenize` needs an answer, so it gets a full stop."""
    messages = [*history, Message(role="assistant", content=".")]
    whole = tokenize(messages, tuned.tokenizer, tuned.template, max_tokens=10**9)
    if len(whole.prompt) <= settings.max_prompt_tokens:
        return whole
    start = whole.prompt[:1] if whole.prompt[0] == tuned.tokenizer.bos_token_id else []
    rest = whole.prompt[len(whole.prompt) - settings.max_prompt_tokens + len(start) :]
    return Tokens(start + rest, whole.response, truncated=True)


def generation_config(tuned: TunedModel, settings: Generation) -> GenerationConfig:
    """All that decides the next token; no default of the base model is used."""
    drawn = {"temperature": settings.temperature, "top_p": settings.top_p, "top_k": 0} if settings.temperature else {}
    return GenerationConfig(  # type: ignore[no-untyped-call]
        max_new_tokens=settings.max_tokens,
        do_sample=bool(drawn),
        eos_token_id=end_tokens(tuned),
        pad_token_id=tuned.tokenizer.pad_token_id,
        **drawn,
    )


def end_tokens(tuned: TunedModel) -> list[int]:
    """The tokens that end an answer: the end token of the tokenizer, and special tokens that the template adds."""
    messages = [Message(role="user", content="."), Message(role="assistant", content=".")]
    response = tokenize(messages, tuned.tokenizer, tuned.template, max_tokens=10**9).response
    special = set(response) & set(tuned.tokenizer.all_special_ids)
    return sorted({tuned.tokenizer.eos_token_id, *special})


def generate(
    tuned: TunedModel, prompts: Sequence[list[int]], settings: Generation, title: str
) -> list[tuple[list[int], bool]]:
    """For each prompt the tokens of its answer without the end token, and whether it was cut."""
    progress, done = Progress(f"answering, {title}", len(prompts), "prompts"), 0
    answers: list[tuple[list[int], bool]] = [([], False)] * len(prompts)
    ends, config = set(end_tokens(tuned)), tuned.model.generation_config

    def run(group: list[int]) -> list[tuple[list[int], bool]]:
        input_ids, mask = pad_left([prompts[i] for i in group], config.pad_token_id)
        with torch.inference_mode():
            # (batch, prompt tokens + answer tokens)
            written = tuned.model.generate(
                input_ids=input_ids.to(pick_device()), attention_mask=mask.to(pick_device()), generation_config=config
            )
        return [until_end(row, ends) for row in written[:, input_ids.shape[1] :].tolist()]

    for group in budget_batches([len(prompt) + settings.max_tokens for prompt in prompts], settings.batch_tokens):
        for i, answer in zip(group, halve_on_out_of_memory(group, run), strict=True):
            answers[i] = answer
        done += len(group)
        progress.show(done)
    return answers


def pad_left(prompts: Sequence[list[int]], pad: int) -> tuple[Tensor, Tensor]:
    """Input IDs and attention mask, both (batch, tokens)."""
    tokens = max(len(prompt) for prompt in prompts)
    input_ids = torch.tensor([[pad] * (tokens - len(prompt)) + prompt for prompt in prompts])
    mask = torch.tensor([[0] * (tokens - len(prompt)) + [1] * len(prompt) for prompt in prompts])
    return input_ids, mask


def until_end(tokens: list[int], ends: set[int]) -> tuple[list[int], bool]:
    """The tokens before the first end token, and whether the answer was cut, as there is none."""
    position = next((i for i, token in enumerate(tokens) if token in ends), None)
    return (tokens, True) if position is None else (tokens[:position], False)


def _check_room(tuned: TunedModel, settings: Generation) -> None:
    room = getattr(tuned.model.config, "max_position_embeddings", None)
    if room and settings.max_prompt_tokens + settings.max_tokens > room:
        raise ValueError(
            f"the model has room for {room} tokens, but comparison.judge.generation asks for"
            f" {settings.max_prompt_tokens} (max_prompt_tokens) + {settings.max_tokens} (max_tokens); lower one of them"
        )


def _finish(conversation: Conversation) -> Answer:
    tokens = tuple(len(answer) for answer in conversation.answers)
    return Answer(conversation.prompt.id, tuple(conversation.texts), tokens, tuple(conversation.cut))


def answers_report(
    tuned: TunedModel, settings: Generation, answers: Sequence[Answer], truncated: int, seconds: float
) -> AnswersReport:
    """What made the answers, and how they turned out."""
    return AnswersReport(
        tuned_model=tuned.origin,
        template=tuned.template,
        settings=settings.model_dump(mode="json", exclude_unset=True),
        device=device_name(),
        packages={name: version(name) for name in PACKAGES},
        prompts=len(answers),
        answers=sum(len(answer.texts) for answer in answers),
        tokens=sum(sum(answer.tokens) for answer in answers),
        cut=sum(sum(answer.cut) for answer in answers),
        empty=sum(not text for answer in answers for text in answer.texts),
        prompts_truncated=truncated,
        seconds=seconds,
    )


def main() -> None:
    """Load the model, answer, write."""
    start_log()
    started = time.monotonic()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--settings", type=Generation.model_validate_json, required=True)
    for name in ("prompts", "record", "adapter", "model", "output", "report"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    lease_gpu()
    torch.set_num_threads(arguments.threads)
    tuned = load_tuned(arguments.record, arguments.adapter, arguments.model)
    prompts = read_prompt_table(arguments.prompts)
    answers, truncated = answer_all(tuned, prompts, arguments.settings, tuned.origin.seed)
    write_answers(arguments.output, answers)
    report = answers_report(tuned, arguments.settings, answers, truncated, time.monotonic() - started)
    write_result(arguments.report, report)
    logging.info("%d answers, %d cut, %d empty", report.answers, report.cut, report.empty)


if __name__ == "__main__":
    run_main(main)
