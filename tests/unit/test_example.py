"""What makes two examples the same, and how they go to a table and back."""

import re
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instructmining.example import (
    Message,
    example_id,
    fold_blanks,
    from_table,
    make_example,
    normalise,
    to_table,
    turn_text,
)
from tests.conftest import conversation, tool_example


@pytest.mark.parametrize(
    "same", ["if x:  \r\n    caf\u00e9()", "if x:\t\r    cafe\u0301()\r\n", "\n\n  \nif x:\n    caf\u00e9()\n\n"]
)
def test_line_ends_blanks_at_them_and_unicode_form_do_not_make_another_example(same: str) -> None:
    assert conversation("order", same).id == conversation("order", "if x:\n    caf\u00e9()").id


@pytest.mark.parametrize(
    "other", ["if x:\n    y()\n    z()", "if x:\n  y()\nz()", "if x:\n\n    y()\nz()", " if x:\n    y()\nz()"]
)
def test_two_answers_that_differ_in_indentation_or_empty_lines_are_two_programs(other: str) -> None:
    assert conversation("Fix", other).id != conversation("Fix", "if x:\n    y()\nz()").id


@given(st.text("ae\u0301 \t\r\n\u2028\u3000", max_size=12))
def test_a_text_is_normalised_once_and_for_all(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)
    assert fold_blanks(normalise(text)) == re.sub(r"\s+", " ", normalize("NFC", text)).strip()


def test_case_and_role_do_make_another_example() -> None:
    assert conversation("order", "Tea").id != conversation("order", "tea").id
    turns = [Message(role="user", content="a"), Message(role="assistant", content="b")]
    swapped = [Message(role="assistant", content="a"), Message(role="user", content="b")]
    assert example_id(turns) != example_id(swapped)


def test_two_turns_are_not_one_turn_with_their_text_joined() -> None:
    two = [Message(role="user", content="a"), Message(role="user", content="b")]
    assert example_id(two) != example_id([Message(role="user", content="a b")])


def test_a_conversation_survives_a_table() -> None:
    turns = [Message(role=role, content=role) for role in ("system", "user", "assistant", "user", "assistant")]
    example = make_example(turns, "source", "messages", {"messages": turns}, degraded="words_shuffled")
    assert from_table(to_table([example])) == [example]
    assert (example.instruction, example.response) == ("system\n\nuser\n\nassistant\n\nuser", "assistant")


CALL = {"id": "1", "type": "function", "function": {"name": "add", "arguments": {"a": [1, {"b": None}]}}}
TOOLS = ({"type": "function", "function": {"name": "add", "parameters": {"type": "object"}}},)


def test_tools_calls_and_reasoning_survive_a_table_and_a_plain_turn_gets_no_key() -> None:
    turns: list[Message] = [
        Message(role="user", content="Add", train=False),
        Message(role="assistant", content="", reasoning_content="One call", tool_calls=[CALL]),  # type: ignore[list-item]
        Message(role="tool", content="2", tool_call_id="1", name="add"),
        Message(role="assistant", content="Two"),
    ]
    example = make_example(turns, "source", "messages", {}, tools=TOOLS)
    (read,) = from_table(to_table([example]))
    assert read == example and read.messages[-1] == {"role": "assistant", "content": "Two"}


def test_tools_calls_and_reasoning_make_another_example() -> None:
    turn = Message(role="assistant", content="b")
    further = [Message(**{**turn, key: value}) for key, value in [("reasoning_content", "c"), ("tool_calls", [CALL])]]  # type: ignore[typeddict-item]
    ids = {example_id([turn]), example_id([turn], TOOLS), *(example_id([each]) for each in further)}
    assert len(ids) == 4


def test_the_id_of_a_plain_conversation_stays() -> None:
    # From a shell: the first digits of sha256sum of '[["user", "a b"], ["assistant", "c"]]'.
    turns = [Message(role="user", content="a b \r\n"), Message(role="assistant", content="c")]
    assert example_id(turns) == "9e2165438f270457"


def test_the_text_of_a_call_is_its_name_and_arguments_as_json_after_what_is_said() -> None:
    assert tool_example(answered=False).response == '{"name": "look", "arguments": {"at": "sky"}}'
    said = Message(role="assistant", content="Let me look.", tool_calls=[CALL, CALL])  # type: ignore[list-item]
    call = '{"name": "add", "arguments": {"a": [1, {"b": null}]}}'
    assert turn_text(said) == f"Let me look.\n{call}\n{call}"


def test_reasoning_and_definitions_of_tools_are_not_text() -> None:
    example = tool_example()
    assert example.instruction == 'what is the sky\n\n{"name": "look", "arguments": {"at": "sky"}}\n\nblue'
    assert example.response == "the sky is blue"
