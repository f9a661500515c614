"""From a row to messages."""

import pytest

from instructmining.data.errors import BadRow
from instructmining.data.forms.detect import form_of
from instructmining.data.forms.read import split_row, to_messages
from instructmining.data.settings import Fields
from tests.unit.data.forms.made import ASSISTANT, GOOD, SYSTEM, USER


@pytest.mark.parametrize("name", GOOD)
def test_a_form_is_detected_and_read(name):
    form = form_of(GOOD[name])
    assert form == name.split()[0]
    assert to_messages(GOOD[name], form) == (USER, ASSISTANT)


def test_input_follows_the_instruction_after_an_empty_line():
    (user, _) = to_messages({"instruction": "Sort", "input": "b a", "output": "a b"}, "alpaca")
    assert user["content"] == "Sort\n\nb a"


def test_fields_may_have_any_name():
    fields = Fields(instruction="q", response="a", input="more", system="s")
    messages = to_messages({"q": "Hi", "a": "Hello", "s": "Be kind"}, fields)
    assert messages == (SYSTEM, USER, ASSISTANT)


def test_each_instance_of_a_self_instruct_row_is_an_example():
    row = {"instruction": "Double", "instances": [{"input": "2", "output": "4"}, {"input": "3", "output": "6"}]}
    assert [to_messages(part, "self_instruct")[1]["content"] for part in split_row(row, "self_instruct")] == ["4", "6"]


BAD = [
    ("alpaca", {"instruction": "Hi"}, 'field "output" is missing; an example needs a response'),
    ("alpaca", {"instruction": "Hi", "output": " \n"}, 'field "output" is empty; an example needs a response'),
    ("alpaca", {"instruction": "Hi", "output": None}, 'field "output" is empty; an example needs a response'),
    ("alpaca", {"instruction": "Hi", "output": 7}, 'field "output" is a number, expected text'),
    ("alpaca", {"instruction": "Hi", "output": ["x"]}, 'field "output" is an array, expected text'),
    ("alpaca", {"instruction": "", "output": "x"}, 'field "instruction" is empty; an example needs an instruction'),
    ("alpaca", {"instruction": "Hi", "input": {}, "output": "x"}, 'field "input" is an object, expected text'),
    ("alpaca", {**GOOD["alpaca"], "history": [["a"]]}, 'field "history" is not an array of'),
    ("alpaca", ["Hi", "Hello"], "the row is an array, expected an object with fields"),
    ("dolly", {"instruction": "Hi", "context": ""}, 'field "response" is missing; an example needs a response'),
    ("self_instruct", {"instruction": "Hi", "instances": []}, 'field "instances" contains no object with a response'),
    ("messages", {"messages": []}, 'field "messages" is empty, expected an array of turns'),
    ("messages", {"messages": "Hi"}, 'field "messages" is text, expected an array of turns'),
    ("messages", {"messages": [USER, {"role": "assistant", "content": None}]}, 'field "content" is empty'),
    ("sharegpt", {"conversations": [{"from": "human", "value": "Hi"}]}, "the last turn is the user's"),
]


@pytest.mark.parametrize("form, row, reason", BAD)
def test_a_bad_row_says_what_is_wrong(form, row, reason):
    with pytest.raises(BadRow) as bad:
        to_messages(row, form)
    assert str(bad.value).startswith(reason)
