"""A row as the conversation that it holds, and what of the row was not read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from instructmining.data.errors import BadRow
from instructmining.data.forms.calls import read_tools
from instructmining.data.forms.detect import form_of, refuse_preference
from instructmining.data.forms.meaning import refuse_losses
from instructmining.data.forms.roles import INSTRUCTING
from instructmining.data.forms.turns import (
    CONVERSATION_FIELDS,
    MESSAGES,
    SHAREGPT,
    check_turns,
    read_history,
    read_turns,
    to_last_answer,
    turns_field,
)
from instructmining.data.forms.values import Unread, blank, describe, kind, left_over, optional, required
from instructmining.data.settings import Fields, Form
from instructmining.example import JsonObject, Message

SYSTEM_FIELDS = ("system", "system_prompt", "system_message")
TOOLS_FIELDS = ("tools", "functions")
FURTHER = {"alpaca": "input", "dolly": "context"}
"""What follows the instruction in a form of fields."""
RESPONSES = {"alpaca": ("output", "response"), "dolly": ("response", "output")}
FIELDS = {
    (form, response): Fields(instruction="instruction", response=response, input=FURTHER[form], history="history")
    for form, names in RESPONSES.items()
    for response in names
}


@dataclass(frozen=True)
class RowSettings:
    """What the config says about the rows of a source: their form if it is given, and how it is read."""

    form: Form | Fields | None = None
    roles: Mapping[str, str] = field(default_factory=dict)
    ignore: frozenset[str] = frozenset()
    trim: bool = False


class Reading(NamedTuple):
    """What a row says: its conversation and tools, the names of what was not read, and whether turns were cut."""

    form: str
    messages: tuple[Message, ...]
    tools: tuple[JsonObject, ...]
    not_read: frozenset[str]
    trimmed: bool


def to_messages(row: object, form: Form | Fields | None = None) -> tuple[Message, ...]:
    """The conversation of a row in a given form or its own; raises BadRow where it is not an example."""
    return read_row(row, RowSettings(form)).messages


def split_row(row: object, form: Form | Fields | None) -> list[object]:
    """One row per example: a self_instruct row holds several where it has several instances."""
    if not isinstance(row, dict) or "instances" not in row or form not in (None, "self_instruct"):
        return [row]
    instances = row["instances"]
    if not isinstance(instances, list) or len(instances) < 2:
        return [row]
    return [{**row, "instances": [instance]} for instance in instances]


def read_row(row: object, settings: RowSettings) -> Reading:
    """Read one row; raises BadRow with the reason where it is not an example, or where meaning would be lost."""
    if not isinstance(row, dict):
        raise BadRow(f"the row is {kind(row)}, expected an object with fields")
    ignored: set[str] = set()
    if settings.ignore:
        row = _without(row, settings.ignore, ignored)
    if not isinstance(settings.form, Fields):
        refuse_preference(row)
    form, unread = settings.form or form_of(row), Unread()
    messages, tools = _read(row, form, settings.roles, unread)
    whole = len(messages)
    if settings.trim:
        messages = to_last_answer(messages)
    check_turns(messages)
    refuse_losses(unread, messages)
    not_read = ignored | {str(name) for name, _ in unread}
    name = "fields" if isinstance(form, Fields) else form
    return Reading(name, tuple(messages), tools, frozenset(not_read), len(messages) < whole)


def _without(item: JsonObject, names: frozenset[str], ignored: set[str]) -> JsonObject:
    """A row without some fields, and its turns and instances without such keys; `ignored` gets those with content."""
    ignored.update(str(name) for name, value in item.items() if name in names and not blank(value))
    kept = {name: value for name, value in item.items() if name not in names}
    for nested in (*CONVERSATION_FIELDS, "instances"):
        if isinstance(kept.get(nested), list):
            kept[nested] = [_without(x, names, ignored) if isinstance(x, dict) else x for x in kept[nested]]
    return kept


def _read(
    row: JsonObject, form: Form | Fields, roles: Mapping[str, str], unread: Unread
) -> tuple[list[Message], tuple[JsonObject, ...]]:
    """The messages and tools of a row in a form."""
    system = form.system if isinstance(form, Fields) else _first(row, SYSTEM_FIELDS)
    tools = form.tools if isinstance(form, Fields) else _first(row, TOOLS_FIELDS)
    messages, read = _turns(row, form, roles, unread)
    if system and not any(message["role"] in INSTRUCTING for message in messages[:1]):
        read.append(system)
        if text := optional(row, system):
            messages.insert(0, Message(role="system", content=text))
    unread += left_over(row, [*read, tools])
    return messages, read_tools(row.get(tools), tools) if tools else ()


def _turns(
    row: JsonObject, form: Form | Fields, roles: Mapping[str, str], unread: Unread
) -> tuple[list[Message], list[str | None]]:
    """The turns of a row, and the fields that they are in."""
    if form == "self_instruct":
        return _instance(row, unread), ["instruction", "instances"]
    if form == "sharegpt" or form == "messages":
        name = turns_field(row)
        return read_turns(row, name, SHAREGPT if form == "sharegpt" else MESSAGES, roles, unread), [name]
    fields = form if isinstance(form, Fields) else _fields_of(row, form)
    return _single_turn(row, fields, roles, unread), [fields.instruction, fields.input, fields.response, fields.history]


def _first(row: JsonObject, fields: tuple[str, ...]) -> str | None:
    """The first of some fields that holds something."""
    for name in fields:
        if name in row and not blank(row[name]):
            return name
    return None


def _fields_of(row: JsonObject, form: str) -> Fields:
    """Where a row of Alpaca's or Dolly's form has its parts: in both, the response has two names."""
    first, second = RESPONSES[form]
    use_second = second in row and (first not in row or (blank(row[first]) and not blank(row[second])))
    return FIELDS[form, second if use_second else first]


def _single_turn(row: JsonObject, fields: Fields, roles: Mapping[str, str], unread: Unread) -> list[Message]:
    return [
        *(read_history(row, fields.history, roles, unread) if fields.history else []),
        Message(role="user", content=_joined(row, fields.instruction, fields.input)),
        Message(role="assistant", content=_response(row, fields.response)),
    ]


def _instance(row: JsonObject, unread: Unread) -> list[Message]:
    """The instruction with the first instance."""
    instances = row.get("instances")
    if not isinstance(instances, list) or not instances or not isinstance(instances[0], dict):
        detail = f"found {describe(instances)}, expected instances[{{input, output}}]"
        raise BadRow('field "instances" contains no object with a response', detail)
    instance = instances[0]
    unread += left_over(instance, ("input", "constraints", "output"))
    user = _joined({**instance, "instruction": row.get("instruction")}, "instruction", "input", "constraints")
    return [Message(role="user", content=user), Message(role="assistant", content=_response(instance, "output"))]


def _joined(row: JsonObject, instruction: str, *further: str | None) -> str:
    """The instruction and its further parts with an empty line between; a part may be the whole question."""
    parts = [optional(row, instruction), *(optional(row, part) for part in further if part)]
    text = "\n\n".join(part for part in parts if part)
    return text if text and instruction in row else required(row, instruction, "an example needs an instruction")


def _response(row: JsonObject, name: str) -> str:
    return required(row, name, "an example needs a response")
