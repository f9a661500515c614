"""Degraded variants: worse where they can be, and called degraded only there."""

import numpy as np
import pytest

from instructmining.data.degrade import degrade, degraded_responses
from instructmining.data.settings import Degrade
from instructmining.example import Message, make_example
from tests.conftest import tool_example


def rng():
    return np.random.default_rng(0)


def examples(*responses):
    turns = [
        (Message(role="user", content=f"Question {i}?"), Message(role="assistant", content=r))
        for i, r in enumerate(responses)
    ]
    return [make_example(messages, "original", "dolly", {"row": i}) for i, messages in enumerate(turns)]


def test_exchanged_responses_are_all_anothers():
    responses = ["Yes"] * 4 + ["No", "Maybe", "Perhaps", "Never"]
    exchanged = degraded_responses(responses, "responses_shuffled", rng())
    assert sorted(exchanged) == sorted(responses)
    assert all(new != old for new, old in zip(exchanged, responses, strict=True))


@pytest.mark.parametrize("response", ["a b", "b a a a a a a", "one two three four"])
def test_shuffled_words_are_the_same_words_in_another_order(response):
    for seed in range(20):
        (shuffled,) = degraded_responses([response], "words_shuffled", np.random.default_rng(seed))
        assert shuffled != response and sorted(shuffled.split()) == sorted(response.split())


def test_degraded_examples_say_how_and_the_others_stay_as_they_are():
    originals = examples(*(f"Answer number {i} of some" for i in range(10)))
    changed = degrade(originals, "worse", Degrade(source="original", how="responses_truncated", fraction=0.3), rng())
    assert [example.degraded for example in changed].count("responses_truncated") == 3
    for old, new in zip(originals, changed, strict=True):
        assert new.source == "worse" and new.history == old.history
        assert (new.id == old.id) == (new.row == old.row) == (new.degraded is None)


@pytest.mark.parametrize("how", ["responses_shuffled", "responses_truncated", "words_shuffled"])
def test_what_cannot_be_made_worse_is_not_called_degraded(how):
    (example,) = degrade(examples("Yes"), "worse", Degrade(source="original", how=how), rng())
    assert example.degraded is None and example.response == "Yes"


def test_the_row_of_a_degraded_example_has_its_new_response():
    (example,) = degrade(examples("a b c d"), "worse", Degrade(source="original", how="responses_truncated"), rng())
    assert example.form == "alpaca"
    assert example.row == '{"instruction": "Question 0?", "input": "", "output": "a b c"}'


def test_a_call_cannot_be_made_worse_and_an_answer_after_one_keeps_its_tools():
    originals = [tool_example(answered=False), tool_example()]
    call, answer = degrade(originals, "worse", Degrade(source="original", how="responses_truncated"), rng())
    assert call.degraded is None and call.messages == originals[0].messages
    assert (answer.response, answer.form, answer.tools) == ("the sky is", "messages", originals[1].tools)
    assert answer.history == originals[1].history and "look" in answer.row
