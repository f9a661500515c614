"""Lengths and lexical diversity against the published algorithm."""

from typing import Any

import numpy as np
import pytest

from instructmining.indicators import text
from tests.conftest import tool_example
from tests.unit.indicators.made import dialogue


def test_lengths_count_tokens_without_special_ones(examples: Any, tiny_tokenizer: Any) -> None:
    scores = text.score(examples, tiny_tokenizer).indicators
    assert scores["len_out"] == [len(example.response.split()) for example in examples]
    assert scores["len_in"] == [len(example.instruction.split()) for example in examples]


def test_mtld_equals_the_published_algorithm() -> None:
    """By hand: with a threshold of 0.72, 'a b a b' repeats make a factor every third word."""
    words = ["of", "the", "people", "by", "the", "people", "for", "the", "people"]
    assert text.mtld(" ".join(words)) == pytest.approx(np.mean([_mtld(words), _mtld(words[::-1])]))


def _mtld(words: list[str]) -> float:
    factors, types, count = 0.0, set[str](), 0
    for word in words:
        count += 1
        types.add(word)
        if len(types) / count <= 0.72:
            factors, types, count = factors + 1, set(), 0
    if count:
        factors += (1 - len(types) / count) / (1 - 0.72)
    return len(words) / factors


def test_a_response_without_a_word_has_no_diversity() -> None:
    assert text.mtld("...") == 0.0


def test_of_a_conversation_lengths_and_diversity_take_all_turns_of_the_assistant(tiny_tokenizer: Any) -> None:
    example = dialogue(
        ("system", "is"), ("user", "the cat"), ("assistant", "red sea"), ("user", "why"), ("assistant", "red sky")
    )
    scores = text.score([example], tiny_tokenizer).indicators
    assert (scores["len_in"], scores["len_out"]) == ([4], [4])
    assert scores["mtld"] == [text.mtld("red sea red sky")]


def test_calls_count_as_what_the_assistant_writes_and_their_results_do_not(tiny_tokenizer: Any) -> None:
    scores = text.score([tool_example(), tool_example(answered=False)], tiny_tokenizer).indicators
    assert scores["len_out"] == [9, 5]  # the JSON of the call has five words, the answer four
    assert scores["len_in"] == [5, 4]
    assert all(value > 0 for value in scores["mtld"])
