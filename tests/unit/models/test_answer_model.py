"""A language model that is asked for one of a few answers."""

from pathlib import Path
from typing import Any

import pytest
import torch

from instructmining.command import UserError
from instructmining.models.answer_model import answer_shares, answer_tokens, load_answer_model
from instructmining.models.sequences import TokenSequence
from tests.conftest import tiny_llama
from tests.tiny_models import tiny_llama_classifier, word_tokenizer

MERGES = [("y", "e"), ("ye", "s"), ("n", "o"), ("Ġ", "yes"), ("Ġ", "no")]


def byte_tokenizer() -> Any:
    """A byte-level BPE, as GPT-2's and most later ones: a space belongs to the word after it."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    pieces = [*sorted(pre_tokenizers.ByteLevel.alphabet()), *map("".join, MERGES)]
    words = Tokenizer(models.BPE({piece: number for number, piece in enumerate(pieces)}, MERGES))
    words.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    words.decoder = decoders.ByteLevel()
    return PreTrainedTokenizerFast(tokenizer_object=words)


@pytest.mark.parametrize(
    ("question", "answers"),
    [("Right?", (" yes", " no")), ("Right?\n", ("yes", "no")), ("Score: (", ("1", "6")), ("Score:\n", ("1", "6"))],
)
def test_an_answer_is_the_token_that_follows_the_question(question: str, answers: tuple[str, ...]) -> None:
    tokenizer = byte_tokenizer()
    assert tokenizer.batch_decode([[token] for token in answer_tokens(tokenizer, question, answers)]) == list(answers)


@pytest.mark.parametrize(
    ("question", "answers", "wrong"),
    [
        ("Right?", (" yes", " maybe"), r"answers ' maybe' are not one token each after 'Right\?'"),
        ("Right? ", ("yes", "no"), r"answers 'yes', 'no' are not one token .* none at the end of the prompt"),
        ("Right?", (" yes", ""), r"answers '' are not one token"),
    ],
)
def test_an_answer_of_several_tokens_is_named_with_what_to_do(
    question: str, answers: tuple[str, ...], wrong: str
) -> None:
    with pytest.raises(UserError, match=wrong):
        answer_tokens(byte_tokenizer(), question, answers)


def test_answers_that_the_vocabulary_does_not_tell_apart_are_refused() -> None:
    with pytest.raises(UserError, match="answers ' perhaps' are not one token"):
        answer_tokens(word_tokenizer(), "Is this natural", (" Yes", " perhaps"))
    with pytest.raises(UserError, match="are the same token"):
        answer_tokens(word_tokenizer(), "Is this natural", (" Yes", "  Yes"))


@pytest.mark.parametrize("pad", [0, 7])
def test_shares_are_those_of_the_model_itself_whatever_the_padding(pad: int) -> None:
    model, answers, texts = tiny_llama(), [9, 11, 5], ([1, 4, 20], [1, 33, 8, 17, 21, 40, 2], [6])
    with torch.inference_mode():
        expected = [model(torch.tensor([ids])).logits[0, -1].softmax(-1)[answers].tolist() for ids in texts]
    sequences = [TokenSequence(ids, [0] * len(ids), truncated=False) for ids in texts]
    for shares, whole in zip(answer_shares(model, sequences, pad, answers).tolist(), expected, strict=True):
        assert shares == pytest.approx([value / sum(whole) for value in whole], abs=1e-6)


def test_a_model_without_the_head_that_gives_words_is_refused(tmp_path: Path) -> None:
    tiny_llama_classifier().save_pretrained(tmp_path)
    with pytest.raises(ValueError, match=r"weights of the model are not in its files,\s*e.g. \['lm_head.weight'\]"):
        load_answer_model(tmp_path, "fp32")
