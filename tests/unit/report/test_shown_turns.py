"""What people see of a conversation: nothing that a model would read is hidden."""

from instructmining.report.shown_turns import shown_turns
from tests.conftest import conversation, tool_example


def test_a_plain_example_is_shown_as_its_turns() -> None:
    assert shown_turns(conversation("why", "so")) == [("user", "why"), ("assistant", "so")]


def test_tools_reasoning_calls_and_results_are_shown_where_they_stand() -> None:
    (tools, definition), *turns = shown_turns(tool_example())
    assert tools == "tools" and '"description": "what is there"' in definition
    assert turns == [
        ("user", "what is the sky"), ("assistant, reasoning", "why not look"),
        ("assistant", '{"name": "look", "arguments": {"at": "sky"}}'), ("tool", "blue"), ("assistant", "the sky is blue"),
    ]  # fmt: skip
