"""The forms of a row, and the conversion of a row to messages and back."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal, get_args

from instructmining.data.errors import BadRow, DataError
from instructmining.data.settings import Fields, Form
from instructmining.example import Message

ExportForm = Literal["alpaca", "messages", "sharegpt"]
JsonObject = dict[str, Any]

ROLE_OF = {
    "system": "system",
    "user": "user",
    "human": "user",
    "assistant": "assistant",
    "gpt": "assistant",
    "chatgpt": "assistant",
}
SHAREGPT_ROLE = {"system": "system", "user": "human", "assistant": "gpt"}
CONVERSATION_FIELDS = ("messages", "conversations", "conversation")
KNOWN_FORMS = """\
  alpaca: instruction, input (optional), output or response; system and history (optional)
  dolly: instruction, context (optional), response
  self_instruct: instruction, instances[{input, output}]
  sharegpt: conversations[{from, value}]
  messages: messages[{role, content}]"""


def to_messages(row: object, form: Form | Fields) -> tuple[Message, ...]:
    """The conversation of a row in a given form; raises BadRow with the reason where it is not an example."""
    if not isinstance(row, dict):
        raise BadRow(f"the row is {_kind(row)}, expected an object with fields")
    messages = _mapped(row, form) if isinstance(form, Fields) else _READERS[form](row)
    _check_turns(messages)
    return tuple(messages)


def split_row(row: object, form: Form | Fields) -> list[object]:
    """One row per example: a self_instruct row holds several where it has several instances."""
    instances = row.get("instances") if form == "self_instruct" and isinstance(row, dict) else None
    if not isinstance(row, dict) or not isinstance(instances, list) or len(instances) < 2:
        return [row]
    return [{**row, "instances": [instance]} for instance in instances]


def from_messages(messages: Sequence[Message], form: ExportForm) -> JsonObject:
    """A conversation as a row of `form`; alpaca keeps earlier turns as `history` and a system message as `system`."""
    if form == "messages":
        return {"messages": [dict(message) for message in messages]}
    if form == "sharegpt":
        turns = [{"from": SHAREGPT_ROLE[message["role"]], "value": message["content"]} for message in messages]
        return {"conversations": turns}
    return _alpaca_row(messages)


def detect_form(rows: Iterable[object]) -> Form:
    """The only form that fits the first rows; raises DataError with the fields found where none or several fit."""
    objects = [row for row in rows if isinstance(row, dict)]
    fitting = {form for row in objects for form in _fitting_forms(row)}
    if len(fitting) == 1:
        return fitting.pop()
    found = sorted({str(field)[:40] for row in objects for field in row})[:20]
    several = f"the forms {', '.join(sorted(fitting))} all fit" if fitting else "no known form fits"
    raise DataError(
        f"{several}; fields found: {', '.join(found) or 'none'}\nset `form` to one of these, or map the `fields`:\n"
        + KNOWN_FORMS
    )


def _fitting_forms(row: JsonObject) -> list[Form]:
    """Forms whose fields a row has, unless it has others that the form would silently leave out."""
    fitting: list[Form] = []
    if "instruction" in row and ("output" in row) != ("response" in row) and "context" not in row:
        fitting.append("alpaca")
    if {"instruction", "context", "response"} <= row.keys():
        fitting.append("dolly")
    if {"instruction", "instances"} <= row.keys():
        fitting.append("self_instruct")
    turn = _first_turn(row)
    if {"from", "value"} <= turn.keys():
        fitting.append("sharegpt")
    if {"role", "content"} <= turn.keys():
        fitting.append("messages")
    return fitting


def _first_turn(row: JsonObject) -> JsonObject:
    turns = [row[field] for field in CONVERSATION_FIELDS if isinstance(row.get(field), list) and row[field]]
    return turns[0][0] if len(turns) == 1 and isinstance(turns[0][0], dict) else {}


def _alpaca(row: JsonObject) -> list[Message]:
    response = "response" if "response" in row and "output" not in row else "output"
    system = _optional(row, "system")
    return [
        *([_message("system", system)] if system else []),
        *_history(row.get("history") or []),
        _message("user", _joined(row, "instruction", "input")),
        _message("assistant", _response(row, response)),
    ]


def _history(pairs: object) -> list[Message]:
    """The turns of alpaca's `history`; an empty text means that there was no such turn."""
    if not isinstance(pairs, list) or not all(_is_pair(pair) for pair in pairs):
        raise BadRow('field "history" is not an array of [user, assistant] pairs of text')
    turns = [_message(role, text) for pair in pairs for role, text in zip(("user", "assistant"), pair, strict=True)]
    return [turn for turn in turns if turn["content"].strip()]


def _is_pair(pair: object) -> bool:
    return isinstance(pair, list) and len(pair) == 2 and all(isinstance(text, str) for text in pair)


def _dolly(row: JsonObject) -> list[Message]:
    return [_message("user", _joined(row, "instruction", "context")), _message("assistant", _response(row, "response"))]


def _self_instruct(row: JsonObject) -> list[Message]:
    instances = row.get("instances")
    if not isinstance(instances, list) or not instances or not isinstance(instances[0], dict):
        raise BadRow('field "instances" contains no object with a response', "expected instances[{input, output}]")
    user = _joined({**instances[0], "instruction": row.get("instruction")}, "instruction", "input")
    return [_message("user", user), _message("assistant", _response(instances[0], "output"))]


def _sharegpt(row: JsonObject) -> list[Message]:
    return _conversation(row, "from", "value")


def _openai(row: JsonObject) -> list[Message]:
    return _conversation(row, "role", "content")


def _conversation(row: JsonObject, role: str, text: str) -> list[Message]:
    """The turns of a row; a `system` field beside them is a first turn, as in ShareGPT exports."""
    field = next((name for name in CONVERSATION_FIELDS if name in row), CONVERSATION_FIELDS[0])
    turns = row.get(field)
    if not isinstance(turns, list) or not turns:
        raise BadRow(f'field "{field}" is {"empty" if turns == [] else _kind(turns)}, expected an array of turns')
    messages = [_turn(turn, role, text) for turn in turns]
    system = _optional(row, "system")
    return messages if not system or messages[0]["role"] == "system" else [_message("system", system), *messages]


def _turn(turn: object, role: str, text: str) -> Message:
    if not isinstance(turn, dict):
        raise BadRow(f"a turn is {_kind(turn)}, expected an object with {role} and {text}")
    name = turn.get(role)
    if not isinstance(name, str) or name not in ROLE_OF:
        raise BadRow("unknown role", f"found {str(name)[:40]!r}, expected one of {', '.join(ROLE_OF)}")
    return _message(ROLE_OF[name], _required(turn, text, "a turn needs text"))


def _mapped(row: JsonObject, fields: Fields) -> list[Message]:
    system = _optional(row, fields.system) if fields.system else ""
    return [
        *([_message("system", system)] if system else []),
        _message("user", _joined(row, fields.instruction, fields.input)),
        _message("assistant", _response(row, fields.response)),
    ]


_READERS: dict[str, Callable[[JsonObject], list[Message]]] = {
    "alpaca": _alpaca,
    "dolly": _dolly,
    "self_instruct": _self_instruct,
    "sharegpt": _sharegpt,
    "messages": _openai,
}
assert set(_READERS) == set(get_args(Form))


def _check_turns(messages: list[Message]) -> None:
    """Raise BadRow unless the conversation ends with a user's turn and the response to it."""
    if messages[-1]["role"] != "assistant":
        raise BadRow(f"the last turn is the {messages[-1]['role']}'s, not the assistant's")
    if len(messages) < 2 or messages[-2]["role"] != "user":
        raise BadRow("the response does not follow a user's turn")
    if any(message["role"] == "system" for message in messages[1:]):
        raise BadRow("a system message comes after the first turn")


def _alpaca_row(messages: Sequence[Message]) -> JsonObject:
    *earlier, instruction, response = messages
    row: JsonObject = {"instruction": instruction["content"], "input": "", "output": response["content"]}
    if earlier and earlier[0]["role"] == "system":
        row["system"] = earlier.pop(0)["content"]
    if earlier:
        row["history"] = _pairs(earlier)
    return row


def _pairs(turns: list[Message]) -> list[list[str]]:
    """Turns as [user, assistant] pairs; a missing one has an empty text."""
    pairs: list[list[str]] = []
    for turn in turns:
        if turn["role"] == "user":
            pairs.append([turn["content"], ""])
        elif pairs and not pairs[-1][1]:
            pairs[-1][1] = turn["content"]
        else:
            pairs.append(["", turn["content"]])
    return pairs


def _message(role: str, content: str) -> Message:
    return Message(role=role, content=content)


def _joined(row: JsonObject, instruction: str, further: str | None) -> str:
    """The instruction, followed by an empty line and its input if it has one."""
    text = _required(row, instruction, "an example needs an instruction")
    addition = _optional(row, further) if further else ""
    return f"{text}\n\n{addition}" if addition else text


def _response(row: JsonObject, field: str) -> str:
    return _required(row, field, "an example needs a response")


def _required(row: JsonObject, field: str, need: str) -> str:
    if field not in row:
        raise BadRow(f'field "{field}" is missing', need)
    text = _optional(row, field)
    if not text:
        raise BadRow(f'field "{field}" is empty', need)
    return text


def _optional(row: JsonObject, field: str) -> str:
    """The text of a field, empty where it is missing, null or blank."""
    value = row.get(field)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadRow(f'field "{field}" is {_kind(value)}, expected text')
    return value if value.strip() else ""


def _kind(value: object) -> str:
    """What a value is called in JSON."""
    kinds = {dict: "an object", list: "an array", str: "text", bool: "a boolean", type(None): "null"}
    return kinds.get(type(value), "a number")
