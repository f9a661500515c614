"""What makes two examples the same, and how they go to a table and back."""

import pytest

from instructmining.example import Message, example_id, from_table, make_example, to_table
from tests.conftest import conversation


@pytest.mark.parametrize("same", ["caf\u00e9  au\nlait", " cafe\u0301 au lait "])
def test_white_space_and_unicode_form_do_not_make_another_example(same: str) -> None:
    assert conversation("order", same).id == conversation("order", "café au lait").id


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
    turns = [Message(role="user", content="a  b"), Message(role="assistant", content="c")]
    assert example_id(turns) == "9e2165438f270457"
