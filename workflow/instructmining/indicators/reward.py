"""`reward`: the raw score that a reward model gives the last response, given the history.

    python -m instructmining.indicators.reward --settings '{"model": {"path": "rm"}, "prompt": "open_assistant"}' \
        --model results/models/reward/model.json --threads 2 \
        --examples results/data/pools/unseen/000.parquet --scores scores.parquet --report report.json
"""

from collections.abc import Sequence
from typing import Any

import torch

from instructmining.command import run_main
from instructmining.example import Example, Message, turn_text
from instructmining.indicators.engine import Engine
from instructmining.indicators.scoring import Meter, Scorer, Scores, parse_arguments, read_shard, score_shard
from instructmining.indicators.settings import RewardPrompt, RewardScorer
from instructmining.models.device import lease_gpu
from instructmining.models.load import load_tokenizer
from instructmining.models.prompt import write_conversation
from instructmining.models.reward_model import load_reward_model, rewards
from instructmining.models.sequences import Span, TokenSequence, Written, to_sequences
from instructmining.models.template_parts import refuse_unknown_parts

PROMPTER, ASSISTANT = "<|prompter|>", "<|assistant|>"


def main() -> None:
    """Score one shard."""
    arguments = parse_arguments(__doc__, RewardScorer)
    settings: RewardScorer = arguments.settings
    lease_gpu()
    torch.set_num_threads(arguments.threads)
    trust = settings.model.trust_remote_code
    tokenizer = load_tokenizer(arguments.model.parent, trust)
    if settings.prompt == "chat":
        refuse_unknown_parts(read_shard(arguments.examples), lambda: tokenizer, "chat", "the reward model")
    model = load_reward_model(arguments.model.parent, settings.dtype, trust)
    score_shard(arguments.examples, reward_scorer(model, tokenizer, settings), arguments.scores, arguments.report)


def reward_scorer(model: Any, tokenizer: Any, settings: RewardScorer) -> Scorer[list[TokenSequence]]:
    """`reward` under a reward model."""

    def prepare(examples: Sequence[Example]) -> list[TokenSequence]:
        written = [write(example, tokenizer, settings.prompt) for example in examples]
        return to_sequences(written, tokenizer, settings.max_tokens, special=settings.prompt == "pair")

    def run(sequences: list[TokenSequence], meter: Meter) -> Scores:
        pad = tokenizer.pad_token_id
        values = Engine(settings.batch_tokens, meter).run(
            [len(sequence) for sequence in sequences], lambda group: rewards(model, [sequences[i] for i in group], pad)
        )
        return Scores({"reward": values.tolist()}, {"reward": [sequence.truncated for sequence in sequences]})

    return Scorer(prepare, run)


def write(example: Example, tokenizer: Any, prompt: RewardPrompt) -> Written:
    """A conversation as the reward model was trained to read it."""
    if prompt == "pair":
        instruction, response = example.instruction, example.response
        return Written((instruction, response), Span(0, len(instruction)), Span(0, len(response), text=1))
    if prompt == "open_assistant":
        before, response, after = write_open_assistant(example.messages)
    else:
        before, whole = write_conversation(example.messages, tokenizer, "chat", example.tools)
        response, after = split_end(whole, example, tokenizer)
    kept = len(tokenizer.bos_token or "") if before.startswith(tokenizer.bos_token or "") else 0
    start, end = len(before), len(before) + len(response)
    return Written((before + response + after,), Span(kept, start), Span(start, end))


def write_open_assistant(messages: Sequence[Message]) -> tuple[str, str, str]:
    """The text before the response, the response, and the text after it.

    Turns of other roles than the assistant's are written as a prompter's.
    """
    marks = [ASSISTANT if turn["role"] == "assistant" else PROMPTER for turn in messages[:-1]]
    turns = [f"{mark}{turn_text(turn)}<|endoftext|>" for mark, turn in zip(marks, messages[:-1], strict=True)]
    return "".join(turns) + ASSISTANT, turn_text(messages[-1]), "<|endoftext|>"


def split_end(written: str, example: Example, tokenizer: Any) -> tuple[str, str]:
    """The response up to its end, and what the template adds, where the reward is read.

    Calls are written as the template likes, so after calls what it adds is what it adds after a plain text.
    """
    text = example.response.strip()
    if example.messages[-1].get("tool_calls"):
        plain = write_conversation([*example.history, Message(role="assistant", content="Yes")], tokenizer, "chat")[1]
        added = plain[plain.rfind("Yes") + 3 :]
        end = len(written) - len(added) * written.endswith(added)
    else:
        end = written.rfind(text) + len(text)
    return written[:end], written[end:]


if __name__ == "__main__":
    run_main(main)
