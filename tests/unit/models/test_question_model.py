"""A model that answers Yes or No: how sure it is, whatever the batch."""

from typing import Any

import pytest
import torch

from instructmining.models.question_model import answer_ids, yes_shares
from instructmining.models.sequences import TokenSequence
from tests.tiny_models import t5_tokenizer, tiny_t5

TEXTS = ("Is this natural", "question: why is the sky blue")


@pytest.fixture(scope="module")
def sequences() -> list[TokenSequence]:
    """Texts of different lengths as tokens."""
    return [
        TokenSequence(ids, [0] * len(ids), truncated=False) for ids in (t5_tokenizer()(t)["input_ids"] for t in TEXTS)
    ]


def test_a_share_is_the_same_alone_and_in_a_batch(sequences: list[TokenSequence]) -> None:
    model, answers = tiny_t5(), answer_ids(t5_tokenizer())
    together = yes_shares(model, sequences, 0, answers)
    assert together.tolist() == pytest.approx([yes_shares(model, [one], 0, answers).item() for one in sequences])


def test_shares_of_yes_and_of_no_add_up_to_one(sequences: list[TokenSequence]) -> None:
    model, (yes, no) = tiny_t5(), answer_ids(t5_tokenizer())
    both = yes_shares(model, sequences, 0, (yes, no)) + yes_shares(model, sequences, 0, (no, yes))
    assert torch.allclose(both, torch.ones(2))


def test_the_answers_are_the_first_tokens_of_yes_and_no() -> None:
    tokenizer: Any = t5_tokenizer()
    assert tokenizer.convert_ids_to_tokens(list(answer_ids(tokenizer))) == ["Yes", "No"]
