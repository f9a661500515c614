"""The text of a field, and what JSON calls a value."""

from instructmining.data.errors import BadRow
from instructmining.example import JsonObject


def required(row: JsonObject, field: str, need: str) -> str:
    if field not in row:
        raise BadRow(f'field "{field}" is missing', need)
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


def kind(value: object) -> str:
    """What a value is called in JSON."""
    kinds = {dict: "an object", list: "an array", str: "text", bool: "a boolean", type(None): "null"}
    return kinds.get(type(value), "a number")
