"""Forms: from a row to messages and back."""

import pytest

from instructmining.data.errors import BadRow, DataError
from instructmining.data.forms import detect_form, from_messages, split_row, to_messages
from instructmining.data.settings import Fields

USER, SYSTEM = {"role": "user", "content": "Hi"}, {"role": "system", "content": "Be kind"}
ASSISTANT = {"role": "assistant", "content": "Hello"}
TURNS = [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Hello"}]
GOOD = {
    "alpaca": {"instruction": "Hi", "input": "", "output": "Hello"},
    "alpaca without input": {"instruction": "Hi", "output": "Hello"},
    "alpaca as in GPTeacher": {"instruction": "Hi", "input": None, "response": "Hello"},
    "dolly": {"instruction": "Hi", "context": "", "response": "Hello", "category": None},
    "self_instruct": {"instruction": "Hi", "instances": [{"input": "", "output": "Hello"}]},
    "sharegpt": {"conversations": TURNS},
    "messages": {"messages": [USER, ASSISTANT]},
    "messages under conversations": {"conversations": [USER, ASSISTANT]},
    "messages under conversation": {"conversation": [USER, ASSISTANT]},
}


@pytest.mark.parametrize("name", GOOD)
def test_a_form_is_detected_and_read(name):
    form = detect_form([GOOD[name]])
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


@pytest.mark.parametrize(
    "rows, message",
    [
        ([{"prompt": "Hi", "answer": "Hello"}], "no known form fits; fields found: answer, prompt"),
        ([{**GOOD["alpaca"], **GOOD["messages"]}], "the forms alpaca, messages all fit"),
        ([GOOD["alpaca"], GOOD["dolly"]], "the forms alpaca, dolly all fit"),
        ([{"instruction": "Hi", "output": "a", "response": "b"}], "no known form fits"),
        ([{"messages": [USER], "conversations": TURNS}], "no known form fits"),
        ([[], "text", None], "no known form fits; fields found: none"),
    ],
)
def test_a_form_that_is_not_plain_is_asked_for(rows, message):
    with pytest.raises(DataError, match=message):
        detect_form(rows)


def test_a_bad_row_among_the_first_does_not_hide_the_form():
    assert detect_form(["text", {"instruction": "no response"}, GOOD["dolly"]]) == "dolly"


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
    ("messages", {"messages": [USER]}, "the last turn is the user's, not the assistant's"),
    ("messages", {"messages": [ASSISTANT]}, "the response does not follow a user's turn"),
    ("messages", {"messages": [USER, ASSISTANT, ASSISTANT]}, "the response does not follow a user's turn"),
    ("messages", {"messages": [USER, SYSTEM, USER, ASSISTANT]}, "a system message comes after the first turn"),
    ("messages", {"messages": [USER, "Hello"]}, "a turn is text, expected an object with role and content"),
    ("messages", {"messages": [USER, {"role": "tool", "content": "x"}]}, "unknown role; found 'tool', expected one of"),
    ("messages", {"messages": [USER, {"role": "assistant", "content": None}]}, 'field "content" is empty'),
    ("sharegpt", {"conversations": [{"from": "human", "value": "Hi"}]}, "the last turn is the user's"),
]


@pytest.mark.parametrize("form, row, reason", BAD)
def test_a_bad_row_says_what_is_wrong(form, row, reason):
    with pytest.raises(BadRow) as bad:
        to_messages(row, form)
    assert str(bad.value).startswith(reason)


CONVERSATIONS = [
    (USER, ASSISTANT),
    (SYSTEM, USER, ASSISTANT),
    (USER, ASSISTANT, {"role": "user", "content": "Why?"}, {"role": "assistant", "content": "So"}),
    (SYSTEM, ASSISTANT, USER, USER, ASSISTANT, USER, ASSISTANT),
]


@pytest.mark.parametrize("form", ["alpaca", "messages", "sharegpt"])
@pytest.mark.parametrize("messages", CONVERSATIONS)
def test_a_conversation_survives_the_way_out_and_back(messages, form):
    assert to_messages(from_messages(messages, form), form) == messages


def test_alpaca_keeps_earlier_turns_as_history():
    row = from_messages(CONVERSATIONS[2], "alpaca")
    assert row == {"instruction": "Why?", "input": "", "output": "So", "history": [["Hi", "Hello"]]}
