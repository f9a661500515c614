"""Texts as token sequences: what may be cut is cut, the rest stays, and batches are padded on the right."""

import pytest
import torch

from instructmining.models.sequences import Span, TokenSequence, Written, pad_sequences, to_sequences
from tests.tiny_models import pair_tokenizer, word_tokenizer


def written(before: str, instruction: str, response: str) -> Written:
    """One text of three parts, of which the first stays."""
    start, end = len(before) + 1, len(before) + 1 + len(instruction)
    text = f"{before} {instruction} {response}"
    return Written((text,), Span(start, end), Span(end + 1, len(text)))


def words(text: Written, max_tokens: int) -> list[str]:
    tokenizer = word_tokenizer()
    (sequence,) = to_sequences([text], tokenizer, max_tokens)
    found: list[str] = tokenizer.convert_ids_to_tokens(sequence.ids)
    return found


def test_an_instruction_loses_its_beginning_and_a_response_its_end() -> None:
    text = written("question:", "the cat sat on", "a dog ran fast")
    assert words(text, 9) == ["question:", "the", "cat", "sat", "on", "a", "dog", "ran", "fast"]
    assert words(text, 7) == ["question:", "cat", "sat", "on", "a", "dog", "ran"]


def test_a_frame_that_leaves_no_room_is_refused() -> None:
    with pytest.raises(ValueError, match="max_tokens is 3, but the prompt's fixed text leaves no room"):
        words(written("question: Is this natural", "the cat", "a dog"), 3)


def test_a_pair_has_a_segment_for_each_text() -> None:
    pair = Written(("the cat", "a dog"), Span(0, 7, 0), Span(0, 5, 1))
    (sequence,) = to_sequences([pair], pair_tokenizer(), 100)
    assert sequence.segments == [0, 0, 0, 0, 1, 1, 1]
    assert not sequence.truncated


def test_nothing_is_no_sequence() -> None:
    assert to_sequences([], word_tokenizer(), 8) == []


def test_a_batch_is_padded_on_the_right_and_its_mask_says_where() -> None:
    sequences = [TokenSequence([5, 6], [0, 1], False), TokenSequence([7], [0], False)]
    batch = pad_sequences(sequences, 9, torch.device("cpu"))
    assert {name: values.tolist() for name, values in batch.items()} == {
        "input_ids": [[5, 6], [7, 9]],
        "attention_mask": [[1, 1], [1, 0]],
        "token_type_ids": [[0, 1], [0, 0]],
    }
