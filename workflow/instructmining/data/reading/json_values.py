"""The values of a row as JSON holds them; a row with a value that has no such form is bad.

Text, true, false, null, integers, lists and structs stay what they are, maps with keys of text are objects. Floating-
point numbers that are NaN or infinite are null. FORMS has all other types: nothing else is kept, least of all as what
`str()` makes of it.
"""

import json
import math
from collections import Counter
from collections.abc import Callable, Collection
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from instructmining.data.errors import BadRow

PLAIN = frozenset([bool, int, type(None)])
TURN_FIELDS = (frozenset(["role", "content"]), frozenset(["from", "value"]))
SHOWN = 200
"""Characters that are kept of a value that has no form in JSON."""


class Twice(list[tuple[str, object]]):
    """The pairs of a JSON object in which a key stands twice, so that it has no one value."""

    def key(self) -> str:
        """The first such key."""
        return next(key for key, count in Counter(key for key, _ in self).items() if count > 1)


class NoJsonError(ValueError):
    """A value has no form in JSON: the reason, and what was found."""

    def __init__(self, reason: str, found: str) -> None:
        super().__init__(f"{reason}; {found}")
        self.reason, self.found = reason, found


def json_row(row: object, ignored: Collection[str] = ()) -> object:
    """A row as JSON holds it, or a BadRow that names the field; a field that is `ignored` may become null instead."""
    if isinstance(row, BadRow):
        return row
    try:
        return _fields(row, ignored) if isinstance(row, dict) else json_value(row)
    except NoJsonError as problem:
        return BadRow(problem.reason, problem.found, _kept(row))
    except RecursionError:
        return BadRow("nested too deep")


def _fields(row: dict[Any, Any], ignored: Collection[str]) -> dict[str, object]:
    values: dict[str, object] = {}
    for field, value in row.items():
        try:
            values[_key(field)] = as_turns(json_value(value)) if type(value) is dict else json_value(value)
        except NoJsonError as problem:
            if field not in ignored:
                raise NoJsonError(problem.reason, f'field "{shown(field)}": {problem.found}') from None
            values[field] = None
    return values


def json_value(value: Any) -> object:
    """A value as JSON holds it; raises NoJsonError where it has no form in JSON."""
    kind = type(value)
    if kind is str:
        return value if value.isascii() else _unicode(value)
    if kind is dict:
        return {_key(key): json_value(inner) for key, inner in value.items()}
    if kind is list:
        return [json_value(inner) for inner in value]
    if kind is float:
        return value if math.isfinite(value) else None
    return value if kind in PLAIN else _other(value)


def as_turns(value: object) -> object:
    """An object of lists that are the parts of turns, as an older `datasets` stores them, as the list of turns."""
    if not isinstance(value, dict) or not is_turn(value) or not all(isinstance(part, list) for part in value.values()):
        return value
    if len({len(part) for part in value.values()}) > 1:
        lengths = ", ".join(f"{len(part)} {name}" for name, part in value.items())
        raise NoJsonError("lists of the parts of turns have different lengths", lengths)
    return [dict(zip(value, parts, strict=True)) for parts in zip(*value.values(), strict=True)]


def is_turn(value: object) -> bool:
    """Whether a value is a turn of a conversation, by the names of its fields."""
    return isinstance(value, dict) and any(names <= value.keys() for names in TURN_FIELDS)


def shown(name: object) -> str:
    """A name from the data as a message shows it: short, and Unicode."""
    return str(name)[:40].encode(errors="backslashreplace").decode()


def _key(key: object) -> str:
    if type(key) is str and key.isascii():
        return key
    text = json_value(key)
    if not isinstance(text, str):
        raise NoJsonError("a key is not text", f"found {key!r:.40}, of type {type(key).__name__}")
    return text


def _unicode(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise NoJsonError("not Unicode text", _broken(ord(text[error.start]))) from None
    return text


def _broken(code: int) -> str:
    """What is wrong with a text: a byte that is not UTF-8 was read as one of the codes from 0xdc80 to 0xdcff."""
    if not 0xDC80 <= code <= 0xDCFF:
        return "half of a surrogate pair"
    byte = code - 0xDC00
    character = bytes([byte]).decode("cp1252", errors="replace")
    return (
        f"the byte 0x{byte:02x} is not UTF-8; in Windows-1252 it is {character}:"
        " if the file is in that, run `iconv -f WINDOWS-1252 -t UTF-8` on it"
    )


def _decoded(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError as error:
        raise NoJsonError("bytes that are not UTF-8", f"byte {error.start + 1} is 0x{value[error.start]:02x}") from None


FORMS: dict[type, Callable[[Any], object]] = {
    bytes: _decoded,
    Decimal: "{:f}".format,
    date: lambda value: value.isoformat(),
    time: lambda value: value.isoformat(),
    timedelta: lambda value: value.total_seconds(),
    UUID: str,
}
"""Types and their form in JSON: the text that bytes are in UTF-8, the digits of a decimal, dates and times as in ISO
8601 (a date with a time is a date), the seconds of a duration."""


def _other(value: object) -> object:
    if isinstance(value, Twice):
        raise NoJsonError(f'key "{shown(value.key())}" stands twice', "in one object")
    form = next((form for kind, form in FORMS.items() if isinstance(value, kind)), None)
    if form is None:
        raise NoJsonError(f"type {type(value).__name__} cannot be kept", "it has no form in JSON")
    return form(value)


def _kept(row: object) -> object:
    """What a quarantine can hold of a bad row: other types are described."""
    text = json.dumps(row, default=lambda value: f"{value!r:.{SHOWN}}", skipkeys=True)
    return json.loads(text, parse_constant=lambda _: None)
