"""`rating`: what a language model answers when it is asked about an example, as a number.

A prompt is filled with the example's texts. The rating is the mean of what the answers are worth, weighted by their
probabilities as the next token, which are scaled to sum to 1. With `{"yes": 1, "no": 0}` it is the probability of yes,
as in Ask-LLM (Sachdeva et al. 2024, arXiv 2402.09668); with 1 to 6 the expected score, as in DEITA (Liu et al. 2024,
arXiv 2312.15685).

    python -m instructmining.indicators.rating --settings '{"model": {"path": "judge"}, "parameters": 7e9,
            "prompt": "{instruction}\\n{response}\\nIs this answer good? Answer:", "answers": {" yes": 1, " no": 0}}' \
        --model results/models/rating/model.json --threads 2 \
        --examples results/data/pools/unseen/000.parquet --scores scores.parquet --report report.json
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch

from instructmining.command import run_main
from instructmining.example import Example
from instructmining.indicators.engine import Engine
from instructmining.indicators.rating_settings import FIELD, RatingScorer
from instructmining.indicators.scoring import Meter, Scorer, Scores, parse_arguments, score_shard
from instructmining.models.answer_model import answer_shares, answer_tokens, load_answer_model
from instructmining.models.device import lease_gpu
from instructmining.models.load import load_tokenizer
from instructmining.models.prompt import start_tokens
from instructmining.models.sequences import Span, TokenSequence, Written, to_sequences

ABSENT = Span(0, 0)


def main() -> None:
    """Score one shard."""
    arguments = parse_arguments(__doc__, RatingScorer)
    settings: RatingScorer = arguments.settings
    lease_gpu()
    torch.set_num_threads(arguments.threads)
    trust = settings.model is not None and settings.model.trust_remote_code
    tokenizer = load_tokenizer(arguments.model.parent, trust)
    answers = find_answers(tokenizer, settings)
    model = load_answer_model(arguments.model.parent, settings.dtype, trust)
    scorer = rating_scorer(model, tokenizer, answers, settings)
    score_shard(arguments.examples, scorer, arguments.scores, arguments.report)


def find_answers(tokenizer: Any, settings: RatingScorer) -> list[int]:
    """The token of each answer after the prompt; raises UserError where there is none."""
    return answer_tokens(tokenizer, FIELD.split(settings.question.prompt)[-1], list(settings.question.answers))


def rating_scorer(
    model: Any, tokenizer: Any, answers: Sequence[int], settings: RatingScorer
) -> Scorer[list[TokenSequence]]:
    """`rating` under a causal language model, whose tokens of the answers are given."""
    start = start_tokens(tokenizer)
    worth = torch.tensor(list(settings.question.answers.values()), dtype=torch.float64)

    def prepare(examples: Sequence[Example]) -> list[TokenSequence]:
        written = [fill(settings.question.prompt, example) for example in examples]
        sequences = to_sequences(written, tokenizer, settings.max_tokens - len(start), special=False)
        return [after(start, sequence) for sequence in sequences]

    def run(sequences: list[TokenSequence], meter: Meter) -> Scores:
        pad = tokenizer.pad_token_id
        shares = Engine(settings.batch_tokens, meter).run(
            [len(sequence) for sequence in sequences],
            lambda group: answer_shares(model, [sequences[i] for i in group], pad, answers),
        )  # (examples, answers)
        ratings = (shares.double() * worth).sum(dim=-1).tolist() if sequences else []
        return Scores({"rating": ratings}, {"rating": [sequence.truncated for sequence in sequences]})

    return Scorer(prepare, run)


def after(start: list[int], sequence: TokenSequence) -> TokenSequence:
    """The sequence after the tokens that this tokenizer begins a text with.

    Those that some end a text with are left out, as the answer comes after the last word.
    """
    return replace(sequence, ids=[*start, *sequence.ids], segments=[0] * len(start) + sequence.segments)


def fill(prompt: str, example: Example) -> Written:
    """The prompt with the texts of an example in place of its fields; braces in these texts are text."""
    texts = {"instruction": example.instruction, "response": example.response}
    text, *rest = FIELD.split(prompt)  # words, field, words, ..., words
    spans = {}
    for field, words in zip(rest[::2], rest[1::2], strict=True):
        spans[field] = Span(len(text), len(text) + len(texts[field]))
        text += texts[field] + words
    return Written((text,), spans.get("instruction", ABSENT), spans.get("response", ABSENT))


if __name__ == "__main__":
    run_main(main)
