"""Which fields change what an example means."""

import pytest

from instructmining.data.errors import BadRow
from instructmining.data.forms.meaning import refuse_losses

SAID = [{"role": "user", "content": "Hi "}, {"role": "assistant", "content": "Hello", "reasoning_content": "Polite."}]


def refused(field, value):
    try:
        refuse_losses([(field, value)], SAID)
    except BadRow as bad:
        return bad
    return None


@pytest.mark.parametrize(
    "field",
    [
        *("system", "System", "systemPrompt", "system-prompt", "context", "choices", "constraints", "history"),
        *("tools", "function_call", "images", "audios", "videos", "reasoning", "chain of thought", "CoT", "rejected"),
    ],
)
def test_what_changes_the_meaning_is_refused(field):
    assert "is not read; found \"['PASSAGE']\"; it is" in str(refused(field, ["PASSAGE"]))


@pytest.mark.parametrize("field", ["id", "category", "source", "score", "text", "category_system"])
def test_other_fields_are_harmless(field):
    assert refused(field, "PASSAGE") is None


@pytest.mark.parametrize(
    "field, bad, good",
    [
        ("label", [False, 0, "False", 0.0], [True, 1, "positive", 2]),
        ("weight", [0, 0.0, "0"], [1, 0.5]),
        ("train", [False, "false"], [True]),
        ("loss_mask", [0], [1]),
        ("mask", [True, 1], [False, 0]),
    ],
)
def test_a_mark_counts_by_its_value(field, bad, good):
    assert all(refused(field, value) for value in bad) and not any(refused(field, value) for value in good)


@pytest.mark.parametrize(
    "value", ["Hi", ["Hello", "Hi"], [{"from": "Human", "value": "Hi"}, {"from": "gpt", "value": "Hello"}], "Polite."]
)
def test_what_the_conversation_says_anyway_is_not_lost(value):
    assert refused("prompt", value) is None and refused("prompt", [value, "more"])


def test_all_that_is_lost_is_named_at_once():
    with pytest.raises(BadRow, match=r"`ignore: \[context, Hints\]`") as bad:
        refuse_losses([("context", "a"), ("id", 1), ("Hints", "b"), ("prompt", "Hi"), ("context", "c")], SAID)
    assert bad.value.reason == 'field "context" is not read'


@pytest.mark.parametrize(
    "field, advice",
    [
        ("context", "in a source, `form` or `fields` may say how to read it; leave it out with `ignore: [context]`"),
        ("images", "not text (leave it out with `ignore: [images]`)"),
        ("train_detail", "`ignore: [train_detail]` reads such rows as if they were not marked"),
    ],
)
def test_the_advice_is_what_can_be_done(field, advice):
    assert advice in str(refused(field, "PASSAGE"))


def test_a_reason_is_the_same_for_every_row():
    assert refused("systemPrompt", "a").reason == refused("system_prompt", "b").reason
    assert "`ignore: [systemPrompt]`" in str(refused("systemPrompt", "a"))
