"""The turns of a conversation."""

import pytest

from instructmining.data.errors import BadRow
from instructmining.data.forms.read import to_messages
from tests.unit.data.forms.made import ASSISTANT, SYSTEM, USER

BAD = [
    ([USER], "the last turn is the user's, not the assistant's"),
    ([ASSISTANT], "the response does not follow a user's turn"),
    ([USER, ASSISTANT, ASSISTANT], "the response does not follow a user's turn"),
    ([USER, SYSTEM, USER, ASSISTANT], "a system message comes after the first turn"),
    ([USER, "Hello"], "a turn is text, expected an object with role and content"),
    ([USER, {"role": "tool", "content": "x"}], "unknown role; found 'tool', expected one of"),
]


@pytest.mark.parametrize("turns, reason", BAD)
def test_turns_that_are_no_example_say_what_is_wrong(turns, reason):
    with pytest.raises(BadRow) as bad:
        to_messages({"messages": turns}, "messages")
    assert str(bad.value).startswith(reason)
