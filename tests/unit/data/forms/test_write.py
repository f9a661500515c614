"""From messages to a row."""

import json

import pytest

from instructmining.data.errors import DataError
from instructmining.data.forms.read import to_messages
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
