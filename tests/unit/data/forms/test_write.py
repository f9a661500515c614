"""From messages to a row."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instructmining.data.errors import DataError
from instructmining.data.forms.read import RowSettings, read_row, to_messages
from instructmining.data.forms.write import from_messages, holds, to_rows
from tests.conftest import conversation, tool_example
from tests.unit.data.forms.made import ASSISTANT, SYSTEM, USER

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


def test_messages_keep_tools_calls_reasoning_and_roles_as_openai_writes_them():
    example = tool_example()
    row = from_messages(example.messages, "messages", example.tools)
    call = {"type": "function", "function": {"name": "look", "arguments": '{"at": "sky"}'}}
    assert row["messages"][1] == {**example.messages[1], "tool_calls": [call]}
    assert [turn["role"] for turn in row["messages"]] == ["user", "assistant", "tool", "assistant"]
    assert json.loads(row["tools"]) == list(example.tools)


def test_sharegpt_has_the_names_of_llama_factory_and_its_own_keys_for_the_rest():
    example = tool_example()
    row = from_messages(example.messages, "sharegpt", example.tools)
    assert row["conversations"] == [
        {"from": "human", "value": "what is the sky"},
        {"from": "function_call", "value": '{"name": "look", "arguments": {"at": "sky"}}', "reasoning_content": "why not look"},
        {"from": "observation", "value": "blue", "name": "look"},
        {"from": "gpt", "value": "the sky is blue"},
    ]  # fmt: skip
    assert json.loads(row["tools"]) == list(example.tools)


def test_several_calls_of_a_turn_are_a_list_and_a_text_beside_a_call_keeps_both():
    (call,) = tool_example().messages[1]["tool_calls"]
    both = {"role": "assistant", "content": "", "tool_calls": [call, {**call, "id": "c"}]}
    (turn,) = from_messages([both], "sharegpt")["conversations"]
    assert json.loads(turn["value"]) == [call["function"]] * 2 and turn["tool_calls"][1]["id"] == "c"
    (turn,) = from_messages([{**both, "content": "Wait"}], "sharegpt")["conversations"]
    assert (turn["from"], turn["value"], len(turn["tool_calls"])) == ("gpt", "Wait", 2)


def test_alpaca_holds_texts_that_answer_a_user_only():
    assert holds("alpaca", conversation("why", "so")) and not holds("alpaca", tool_example())
    with pytest.raises(DataError, match=r"selection.form: alpaca cannot hold .* of 1 of 2 examples .* of source tools"):
        to_rows([conversation("why", "so"), tool_example()], "alpaca", "selection.form")


TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8).filter(lambda text: text.strip())
VALUES = st.none() | st.booleans() | st.integers() | TEXT | st.lists(TEXT, max_size=2)
CALLS = st.builds(
    lambda name, arguments, id: {**id, "type": "function", "function": {"name": name, "arguments": arguments}},
    *(TEXT, st.dictionaries(TEXT, VALUES, max_size=2), st.just({}) | st.builds(lambda text: {"id": text}, TEXT)),
)


def optional(key: str, values: Any) -> Any:
    """A key with a value, or nothing."""
    return st.just({}) | values.map(lambda value: {key: value})


def turn(role: str, text: Any, *further: Any) -> Any:
    return st.builds(
        lambda text, *keys: {"role": role, "content": text, **{k: v for each in keys for k, v in each.items()}},
        text,
        *further,
    )


USERS = turn("user", TEXT, optional("name", TEXT))
REASONING, UNTRAINED = optional("reasoning_content", TEXT), optional("train", st.just(False))
CALLING = turn(
    "assistant",
    TEXT | st.just(""),
    REASONING,
    UNTRAINED,
    st.lists(CALLS, min_size=1, max_size=2).map(lambda c: {"tool_calls": c}),
)
RESULTS = turn("tool", TEXT, optional("tool_call_id", TEXT), optional("name", TEXT))
ROUNDS = st.lists(
    st.tuples(USERS, turn("assistant", TEXT, REASONING, UNTRAINED)) | st.tuples(USERS, CALLING, RESULTS), max_size=2
)
LAST = st.tuples(USERS, turn("assistant", TEXT, REASONING)) | st.tuples(
    USERS, CALLING, RESULTS, turn("assistant", TEXT)
)
CONVERSATIONS_WITH_ALL = st.builds(
    lambda first, rounds, last: [*first, *(turn for each in rounds for turn in each), *last],
    *(st.lists(turn("system", TEXT) | turn("developer", TEXT), max_size=1), ROUNDS, LAST),
)
TOOLS = st.lists(
    st.builds(lambda name: {"type": "function", "function": {"name": name, "parameters": {}}}, TEXT), max_size=2
)


@pytest.mark.parametrize("form", ["messages", "sharegpt"])
@settings(max_examples=60, deadline=None)
@given(messages=CONVERSATIONS_WITH_ALL, tools=TOOLS)
def test_whatever_a_conversation_has_survives_the_way_out_and_back(form, messages, tools):
    reading = read_row(json.loads(json.dumps(from_messages(messages, form, tools))), RowSettings(form))
    assert (list(reading.messages), list(reading.tools), reading.not_read) == (messages, tools, frozenset())
