"""The text of a field, what is left over of an object, and what a value is called."""

import json
from collections.abc import Container

from instructmining.data.errors import BadRow
from instructmining.example import JsonObject

Unread = list[tuple[str, object]]
"""Fields of a row and keys of its turns that hold something and were not read, with what they hold."""
KINDS = {dict: "an object", list: "an array", str: "text", bool: "a boolean", type(None): "null"}
PLURAL = {"an object": "objects", "an array": "arrays", "a boolean": "booleans", "a number": "numbers"}
OFF, ON = ("false", "0", "0.0", "no", "-1", "-1.0"), ("true", "1", "1.0", "yes")
TEXT_PARTS = (None, "text", "input_text", "output_text")


def required(row: JsonObject, field: str, need: str) -> str:
    """The text of a field; raises BadRow where it is missing or blank."""
    if field not in row:
        raise BadRow(f'field "{field}" is missing', f"{need}; fields found: {found_fields(row)}")
    text = optional(row, field)
    if not text:
        raise BadRow(f'field "{field}" is empty', need)
    return text


def optional(row: JsonObject, field: str) -> str:
    """The text of a field, empty where it is missing, null or blank."""
    value = row.get(field)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadRow(f'field "{field}" is {kind(value)}, expected text')
    return value if value.strip() else ""


def content(turn: JsonObject, field: str, unread: Unread) -> str:
    """The text of a turn, which may be in parts; raises BadRow where a part is not text."""
    value = turn.get(field)
    if not isinstance(value, list):
        return optional(turn, field)
    return optional({field: "".join(_part(part, unread) for part in value)}, field)


def _part(part: object, unread: Unread) -> str:
    if not isinstance(part, dict):
        raise BadRow("a part of the content is not an object", f"found {kind(part)}, expected type and text")
    if part.get("type") not in TEXT_PARTS or "text" not in part:
        raise BadRow("a part of the content is not text", f"found a part of type {shown(part.get('type'))}")
    unread += left_over(part, ("type", "text"))
    return optional(part, "text") and str(part["text"])


def left_over(item: JsonObject, read: Container[str | None]) -> Unread:
    """What an object holds beside the keys that were read."""
    return [(key, value) for key, value in item.items() if key not in read and not blank(value)]


def blank(value: object) -> bool:
    """Whether a value holds nothing: null, blank text, an array or object of nothing else."""
    if isinstance(value, str):
        return not value or value.isspace()
    if isinstance(value, dict | list):
        return all(map(blank, value.values() if isinstance(value, dict) else value))
    return value is None


def off(mark: object) -> bool:
    """Whether a mark is false, 0 or less, also as text."""
    return mark.strip().lower() in OFF if isinstance(mark, str) else isinstance(mark, int | float) and mark <= 0


def on(mark: object) -> bool:
    """Whether a mark is true or 1, also as text."""
    return mark.strip().lower() in ON if isinstance(mark, str) else isinstance(mark, int | float) and mark == 1


def kind(value: object) -> str:
    """What a value is called in JSON."""
    return KINDS.get(type(value), "a number")


def describe(value: object) -> str:
    """What a value is, more closely: `empty`, `text that holds JSON`, `an array of text`."""
    if value is not None and blank(value):
        return "empty"
    if isinstance(value, str):
        return "text that holds JSON" if _holds_json(value) else "text"
    kinds = {kind(item) for item in value} if isinstance(value, list) else set()
    one = kinds.pop() if len(kinds) == 1 else ""
    return f"an array of {PLURAL.get(one, one)}" if one else kind(value)


def found_fields(row: JsonObject) -> str:
    """The names of a row's fields, and of arrays and objects what they are."""
    names = sorted(_with_kind(str(name)[:40], value) for name, value in row.items())
    return ", ".join(names[:20]) + (f" and {len(names) - 20} more" if len(names) > 20 else "") or "none"


def _with_kind(name: str, value: object) -> str:
    return f"{name} ({describe(value)})" if isinstance(value, list | dict) else name


def shown(value: object) -> str:
    """A value of a row as a message shows it: short, and on one line."""
    return repr(value if isinstance(value, str) else str(value))[:42]


def _holds_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict | list)
    except (ValueError, RecursionError):
        return False
