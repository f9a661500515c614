"""`nat`, `und`, `coh`: UniEval for dialogue (Zhong et al. 2022, arXiv 2210.07197), all three questions in one process.

A T5 is asked whether the last response is natural, understandable and coherent with the history; the score is
P(Yes) / (P(Yes) + P(No)) at the first step of its decoder. It was trained on English.

    python -m instructmining.indicators.unieval --settings '{"model": {"hub": "MingZhong/unieval-dialog"}}' \
        --model results/models/unieval/model.json --threads 2 \
        --examples results/data/pools/unseen/000.parquet --scores scores.parquet --report report.json
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from instructmining.command import run_main
from instructmining.example import Example, turn_text
from instructmining.indicators.engine import Engine
from instructmining.indicators.scoring import Meter, Scorer, Scores, parse_arguments, score_shard
from instructmining.indicators.settings import UniEvalScorer
from instructmining.models.device import lease_gpu
from instructmining.models.load import load_tokenizer
from instructmining.models.question_model import answer_ids, load_question_model, yes_shares
from instructmining.models.sequences import Span, TokenSequence, Written, to_sequences

QUESTIONS = {
    "nat": "Is this a natural response in the dialogue?",
    "und": "Is this an understandable response in the dialogue?",
    "coh": "Is this a coherent response given the dialogue history?",
}


def main() -> None:
    """Score one shard."""
    arguments = parse_arguments(__doc__, UniEvalScorer)
    settings: UniEvalScorer = arguments.settings
    lease_gpu()
    torch.set_num_threads(arguments.threads)
    tokenizer = load_tokenizer(arguments.model.parent, settings.model.trust_remote_code)
    model = load_question_model(arguments.model.parent, settings.dtype)
    score_shard(arguments.examples, unieval_scorer(model, tokenizer, settings), arguments.scores, arguments.report)


def unieval_scorer(model: Any, tokenizer: Any, settings: UniEvalScorer) -> Scorer[list[TokenSequence]]:
    """`nat`, `und` and `coh` under a T5."""
    answers = answer_ids(tokenizer)

    def prepare(examples: Sequence[Example]) -> list[TokenSequence]:
        written = [ask(example, indicator) for indicator in QUESTIONS for example in examples]
        return to_sequences(written, tokenizer, settings.max_tokens)

    def run(sequences: list[TokenSequence], meter: Meter) -> Scores:
        def forward(group: list[int]) -> Tensor:
            return yes_shares(model, [sequences[i] for i in group], tokenizer.pad_token_id, answers)

        values = Engine(settings.batch_tokens, meter).run([len(sequence) for sequence in sequences], forward).tolist()
        truncated = [sequence.truncated for sequence in sequences]
        return Scores(by_question(values), by_question(truncated))

    return Scorer(prepare, run, sequences=len(QUESTIONS))


def by_question(values: list[Any]) -> dict[str, list[Any]]:
    """The values of all examples, which come question by question, as a list for each question."""
    size = len(values) // len(QUESTIONS)
    return {name: values[i * size : (i + 1) * size] for i, name in enumerate(QUESTIONS)}


def ask(example: Example, indicator: str) -> Written:
    """A question about the last response; for coherence with the history, one turn per line, then an empty line."""
    before = f"question: {QUESTIONS[indicator]} </s> response: "
    text = before + example.response
    response = Span(len(before), len(text))
    if indicator == "coh":
        text += " </s> dialogue history: "
        start = len(text)
        text += "\n".join(turn_text(turn) for turn in example.history) + "\n\n"
        return Written((text,), Span(start, len(text)), response)
    return Written((text,), Span(0, 0), response)


if __name__ == "__main__":
    run_main(main)
