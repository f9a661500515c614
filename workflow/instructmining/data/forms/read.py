"""A row of a given form as the conversation that it holds."""

from collections.abc import Callable
from typing import get_args

from instructmining.data.errors import BadRow
from instructmining.data.forms.turns import check_turns, conversation, history_turns, message
from instructmining.data.forms.values import kind, optional, required
from instructmining.data.settings import Fields, Form
from instructmining.example import JsonObject, Message


def to_messages(row: object, form: Form | Fields) -> tuple[Message, ...]:
    """The conversation of a row in a given form; raises BadRow with the reason where it is not an example."""
    if not isinstance(row, dict):
        raise BadRow(f"the row is {kind(row)}, expected an object with fields")
    messages = _mapped(row, form) if isinstance(form, Fields) else _READERS[form](row)
    check_turns(messages)
    return tuple(messages)


def split_row(row: object, form: Form | Fields) -> list[object]:
    """One row per example: a self_instruct row holds several where it has several instances."""
    instances = row.get("instances") if form == "self_instruct" and isinstance(row, dict) else None
    if not isinstance(row, dict) or not isinstance(instances, list) or len(instances) < 2:
        return [row]
    return [{**row, "instances": [instance]} for instance in instances]


def _alpaca(row: JsonObject) -> list[Message]:
    response = "response" if "response" in row and "output" not in row else "output"
    system = optional(row, "system")
    return [
        *([message("system", system)] if system else []),
        *history_turns(row.get("history") or []),
        message("user", _joined(row, "instruction", "input")),
        message("assistant", _response(row, response)),
    ]


def _dolly(row: JsonObject) -> list[Message]:
    return [message("user", _joined(row, "instruction", "context")), message("assistant", _response(row, "response"))]


def _self_instruct(row: JsonObject) -> list[Message]:
    instances = row.get("instances")
    if not isinstance(instances, list) or not instances or not isinstance(instances[0], dict):
        raise BadRow('field "instances" contains no object with a response', "expected instances[{input, output}]")
    user = _joined({**instances[0], "instruction": row.get("instruction")}, "instruction", "input")
    return [message("user", user), message("assistant", _response(instances[0], "output"))]


def _sharegpt(row: JsonObject) -> list[Message]:
    return conversation(row, "from", "value")


def _openai(row: JsonObject) -> list[Message]:
    return conversation(row, "role", "content")


def _mapped(row: JsonObject, fields: Fields) -> list[Message]:
    system = optional(row, fields.system) if fields.system else ""
    return [
        *([message("system", system)] if system else []),
        message("user", _joined(row, fields.instruction, fields.input)),
        message("assistant", _response(row, fields.response)),
    ]


def _joined(row: JsonObject, instruction: str, further: str | None) -> str:
    """The instruction, followed by an empty line and its input if it has one."""
    text = required(row, instruction, "an example needs an instruction")
    addition = optional(row, further) if further else ""
    return f"{text}\n\n{addition}" if addition else text


def _response(row: JsonObject, field: str) -> str:
    return required(row, field, "an example needs a response")


_READERS: dict[str, Callable[[JsonObject], list[Message]]] = {
    "alpaca": _alpaca,
    "dolly": _dolly,
    "self_instruct": _self_instruct,
    "sharegpt": _sharegpt,
    "messages": _openai,
}
assert set(_READERS) == set(get_args(Form))
