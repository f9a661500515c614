"""From messages to a row."""

import pytest

from instructmining.data.forms.read import to_messages
from instructmining.data.forms.write import from_messages
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
