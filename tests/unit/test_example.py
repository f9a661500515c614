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
