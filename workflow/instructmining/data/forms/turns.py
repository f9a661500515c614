"""The turns of a conversation: how forms write them, and what makes them an example."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from instructmining.data.errors import BadRow
from instructmining.data.forms.calls import read_calls
from instructmining.data.forms.roles import CALLER, INSTRUCTING, role_of
from instructmining.data.forms.values import (
    Unread,
    blank,
    content,
    describe,
    found_fields,
    kind,
    left_over,
    off,
    on,
    optional,
)
from instructmining.example import JsonObject, Message, ToolCall

CONVERSATION_FIELDS = ("messages", "conversations", "conversation")
REASONING = ("reasoning_content", "reasoning", "thinking")
CALLS = ("tool_calls", "function_call")
MARKS = ("train", "weight")
"""Keys that say of a turn whether it is to be trained on."""


@dataclass(frozen=True)
class Keys:
    """The keys that hold role and text of a turn."""

    role: str
    text: str


SHAREGPT, MESSAGES = Keys("from", "value"), Keys("role", "content")


def turns_field(row: JsonObject) -> str:
    """The field that holds the turns: the first that holds something, else the first that is there."""
    there = [field for field in CONVERSATION_FIELDS if field in row]
    return next((field for field in there if not blank(row[field])), (there or CONVERSATION_FIELDS)[0])


def read_turns(row: JsonObject, field: str, keys: Keys, roles: Mapping[str, str], unread: Unread) -> list[Message]:
    """The turns in a field of a row; raises BadRow with what is there instead."""
    turns = row.get(field)
    if not isinstance(turns, list) or not turns:
        raise BadRow(f'field "{field}" is {describe(turns)}, expected an array of turns')
    return _said(read_turn(turn, keys, roles, unread) for turn in turns)


def _said(messages: Iterable[Message]) -> list[Message]:
    """The turns without those of a system that says nothing, which some data sets write down."""
    return [message for message in messages if message["content"] or "tool_calls" in message]


def read_turn(turn: object, keys: Keys, roles: Mapping[str, str], unread: Unread) -> Message:
    """One turn; what is not read of it is added to `unread`."""
    if not isinstance(turn, dict):
        raise BadRow(f"a turn is {kind(turn)}, expected an object with {keys.role} and {keys.text}")
    if turn.get(keys.role) is None:
        found = f"a turn needs it beside {keys.text}; found {found_fields(turn)}"
        raise BadRow(f'field "{keys.role}" is missing', found)
    role = role_of(turn[keys.role], roles)
    text = content(turn, keys.text, unread)
    if role == CALLER:
        message = _with_calls(Message(role="assistant", content=""), read_calls(text, keys.text))
    else:
        message = Message(role=role, content=text)
    if len(turn) > 2 or keys.text not in turn:
        _add_further(message, turn, keys, unread)
    if not message["content"] and "tool_calls" not in message and role not in INSTRUCTING:
        raise _no_text(turn, keys)
    return message


def _no_text(turn: JsonObject, keys: Keys) -> BadRow:
    """A turn that says nothing, with what it holds instead."""
    missing = "empty" if keys.text in turn else "missing"
    instead = ", ".join(str(key)[:40] for key, _ in left_over(turn, (keys.role, keys.text)))
    return BadRow(f'field "{keys.text}" is {missing}', "a turn needs text" + (f"; found {instead}" if instead else ""))


def _add_further(message: Message, turn: JsonObject, keys: Keys, unread: Unread) -> None:
    """What a turn has beside role and text: calls, reasoning, names, and whether it is to be trained on."""
    read = [keys.role, keys.text]
    if name := optional(turn, "name"):
        message["name"] = name
    read.append("name")
    if message["role"] == "tool" and not blank(turn.get("tool_call_id")):
        message["tool_call_id"] = optional(turn, "tool_call_id")
        read.append("tool_call_id")
    if message["role"] == "assistant":
        read += _add_answer(message, turn)
    read += [mark for mark in MARKS if off(turn.get(mark)) or on(turn.get(mark))]
    unread += left_over(turn, read)


def _with_calls(message: Message, calls: list[ToolCall]) -> Message:
    """The message with its calls; JSON text may hold none."""
    if calls:
        message["tool_calls"] = calls
    return message


def _add_answer(message: Message, turn: JsonObject) -> list[str]:
    """What only an assistant's turn has; returns the keys that were read."""
    calls = next((key for key in CALLS if not blank(turn.get(key))), "")
    if calls:
        _with_calls(message, _same_calls(message.get("tool_calls"), read_calls(turn[calls], calls)))
    reasoning = next((key for key in REASONING if isinstance(turn.get(key), str) and not blank(turn[key])), "")
    if reasoning:
        message["reasoning_content"] = turn[reasoning]
    if any(off(turn.get(mark)) for mark in MARKS):
        message["train"] = False
    return [calls, reasoning]


def _same_calls(in_text: list[ToolCall] | None, calls: list[ToolCall]) -> list[ToolCall]:
    """The calls with their IDs, where a turn has its calls as text as well."""
    if in_text is not None and [call["function"] for call in in_text] != [call["function"] for call in calls]:
        raise BadRow("a turn has other calls in its text than beside it")
    return calls


def read_history(row: JsonObject, field: str, roles: Mapping[str, str], unread: Unread) -> list[Message]:
    """Earlier turns: pairs of the user's and the assistant's text, where an empty text is no turn, or turns."""
    turns = row.get(field)
    if blank(turns):
        return []
    if isinstance(turns, list) and all(isinstance(turn, dict) for turn in turns):
        keys = SHAREGPT if SHAREGPT.role in turns[0] else MESSAGES
        return _said(read_turn(turn, keys, roles, unread) for turn in turns)
    if not isinstance(turns, list) or not all(_is_pair(pair) for pair in turns):
        raise BadRow(f'field "{field}" is not an array of [user, assistant] pairs of text', f"found {describe(turns)}")
    texts = [(role, text) for user, assistant in turns for role, text in (("user", user), ("assistant", assistant))]
    return [Message(role=role, content=text) for role, text in texts if not blank(text)]


def _is_pair(pair: object) -> bool:
    return isinstance(pair, list) and len(pair) == 2 and all(isinstance(text, str | None) for text in pair)


def to_last_answer(messages: list[Message]) -> list[Message]:
    """The conversation up to the last turn of the assistant's that may be trained on; all of it where there is none."""
    answers = [i for i, turn in enumerate(messages) if turn["role"] == "assistant" and turn.get("train", True)]
    return messages[: answers[-1] + 1] if answers else messages


def check_turns(messages: list[Message]) -> None:
    """Raise BadRow unless the turns end with a response to train on, to a user's turn or to what a tool returned."""
    if not messages:
        raise BadRow("no turn says anything")
    last, roles = messages[-1], [message["role"] for message in messages]
    if last["role"] != "assistant":
        raise BadRow(f"the last turn is the {last['role']}'s, not the assistant's")
    if len(messages) < 2 or roles[-2] not in ("user", "tool") or "user" not in roles:
        raise BadRow("the response does not follow a user's turn")
    if not last.get("train", True):
        raise BadRow("the last turn is marked as not to be trained on", "with train: false or weight: 0")
    _check_order(roles)


def _check_order(roles: list[str]) -> None:
    for before, role in pairwise(roles):
        if role in INSTRUCTING and (role, before) != ("developer", "system"):
            raise BadRow(f"a {role} message comes after the first turn")
        if role == "tool" and before not in ("assistant", "tool"):
            raise BadRow("a tool's turn does not follow the assistant's")
    if roles[0] == "tool":
        raise BadRow("a tool's turn does not follow the assistant's")
