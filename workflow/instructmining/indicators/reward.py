"""`reward`: the raw score that a reward model gives the last response, given the history.

    python -m instructmining.indicators.reward --settings '{"model": {"path": "rm"}, "prompt": "open_assistant"}' \
        --model results/models/reward/model.json --threads 2 \
        --examples results/data/pools/unseen/000.parquet --scores scores.parquet --report report.json
"""

from collections.abc import Sequence
from typing import Any

import torch

from instructmining.command import run_main
from instructmining.example import Example, Message
from instructmining.indicators.engine import Engine
from instructmining.indicators.scoring import Meter, Scorer, Scores, parse_arguments, score_shard
from instructmining.indicators.settings import RewardPrompt, RewardScorer
from instructmining.models.device import lease_gpu
from instructmining.models.load import load_tokenizer
from instructmining.models.prompt import write_conversation
from instructmining.models.reward_model import load_reward_model, rewards
from instructmining.models.sequences import Span, TokenSequence, Written, to_sequences

OPEN_ASSISTANT = {"system": "<|prompter|>", "user": "<|prompter|>", "assistant": "<|assistant|>"}


def main() -> None:
    """Score one shard."""
    arguments = parse_arguments(__doc__, RewardScorer)
    settings: RewardScorer = arguments.settings
    lease_gpu()
    torch.set_num_threads(arguments.threads)
    trust = settings.model.trust_remote_code
    tokenizer = load_tokenizer(arguments.model.parent, trust)
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
        before, after = write_conversation(example.messages, tokenizer, "chat")
        response, after = split_end(after, example.response)
    kept = len(tokenizer.bos_token or "") if before.startswith(tokenizer.bos_token or "") else 0
    start, end = len(before), len(before) + len(response)
    return Written((before + response + after,), Span(kept, start), Span(start, end))


def write_open_assistant(messages: Sequence[Message]) -> tuple[str, str, str]:
    """The text before the response, the response, and the text after it; a system turn is written as a prompter's."""
    turns = [f"{OPEN_ASSISTANT[turn['role']]}{turn['content']}<|endoftext|>" for turn in messages[:-1]]
    return "".join(turns) + OPEN_ASSISTANT["assistant"], messages[-1]["content"], "<|endoftext|>"


def split_end(written: str, response: str) -> tuple[str, str]:
    """The conversation up to the end of the response, and what the template adds, where the reward is read."""
    end = written.rfind(response.strip()) + len(response.strip())
    return written[:end], written[end:]


if __name__ == "__main__":
    run_main(main)
