"""The turns of a conversation: how forms name them and their roles, and what makes them an example."""

from instructmining.data.errors import BadRow
from instructmining.data.forms.values import kind, optional, required
from instructmining.example import JsonObject, Message

ROLE_OF = {
    "system": "system",
    "user": "user",
    "human": "user",
    "assistant": "assistant",
    "gpt": "assistant",
    "chatgpt": "assistant",
}
CONVERSATION_FIELDS = ("messages", "conversations", "conversation")


def conversation(row: JsonObject, role: str, text: str) -> list[Message]:
    """The turns of a row; a `system` field beside them is a first turn, as in ShareGPT exports."""
    field = next((name for name in CONVERSATION_FIELDS if name in row), CONVERSATION_FIELDS[0])
    turns = row.get(field)
    if not isinstance(turns, list) or not turns:
        raise BadRow(f'field "{field}" is {"empty" if turns == [] else kind(turns)}, expected an array of turns')
    messages = [_turn(turn, role, text) for turn in turns]
    system = optional(row, "system")
    return messages if not system or messages[0]["role"] == "system" else [message("system", system), *messages]


def _turn(turn: object, role: str, text: str) -> Message:
    if not isinstance(turn, dict):
        raise BadRow(f"a turn is {kind(turn)}, expected an object with {role} and {text}")
    name = turn.get(role)
    if not isinstance(name, str) or name not in ROLE_OF:
        raise BadRow("unknown role", f"found {str(name)[:40]!r}, expected one of {', '.join(ROLE_OF)}")
    return message(ROLE_OF[name], required(turn, text, "a turn needs text"))


def history_turns(pairs: object) -> list[Message]:
    """The turns of alpaca's `history`; an empty text means that there was no such turn."""
    if not isinstance(pairs, list) or not all(_is_pair(pair) for pair in pairs):
        raise BadRow('field "history" is not an array of [user, assistant] pairs of text')
    turns = [message(role, text) for pair in pairs for role, text in zip(("user", "assistant"), pair, strict=True)]
    return [turn for turn in turns if turn["content"].strip()]


def _is_pair(pair: object) -> bool:
    return isinstance(pair, list) and len(pair) == 2 and all(isinstance(text, str) for text in pair)


def check_turns(messages: list[Message]) -> None:
    """Raise BadRow unless the conversation ends with a user's turn and the response to it."""
    if messages[-1]["role"] != "assistant":
        raise BadRow(f"the last turn is the {messages[-1]['role']}'s, not the assistant's")
    if len(messages) < 2 or messages[-2]["role"] != "user":
        raise BadRow("the response does not follow a user's turn")
    if any(message["role"] == "system" for message in messages[1:]):
        raise BadRow("a system message comes after the first turn")


def message(role: str, content: str) -> Message:
    return Message(role=role, content=content)
