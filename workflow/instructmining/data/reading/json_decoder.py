"""Decode JSON from a place in a text on, and say in one way what is wrong with it."""

import json
import re
from collections.abc import Iterator
from itertools import count

from instructmining.data.reading.json_values import Twice

BLANK = re.compile(r"[ \t\r\n]*")
FOUND = 20
"""Characters that a message shows of what was found."""


def _object(pairs: list[tuple[str, object]]) -> object:
    """The object of some pairs; where a key stands twice, of which `dict` would keep the last, what says so."""
    found = dict(pairs)
    return found if len(found) == len(pairs) else Twice(pairs)


class BrokenJsonError(ValueError):
    """A text is not JSON: the message says where, and what stands there. It `ends` if more of it could be JSON."""

    def __init__(self, text: str, at: int, problem: str) -> None:
        place, rest = json.JSONDecodeError(problem, text, at), text[at : at + FOUND].rstrip()
        self.ends = not rest
        line = f"line {place.lineno} " if "\n" in text else ""
        super().__init__(f"{problem}, at {line}column {place.colno}: {f'found {rest!r}' if rest else 'the text ends'}")


DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=lambda _: None)


def decode(text: str, start: int = 0) -> tuple[object, int]:
    """The value from a place on, and where it ends; raises BrokenJsonError, or ValueError where Python has a limit."""
    try:
        return DECODER.raw_decode(text, start)
    except json.JSONDecodeError as error:
        raise BrokenJsonError(text, error.pos, error.msg) from None
    except ValueError:
        raise ValueError("a number has too many digits") from None
    except RecursionError:
        raise ValueError("nested too deep") from None


def values(text: str) -> Iterator[object]:
    """The values of a text, one after the other; raises ValueError where it is broken."""
    at = after_blanks(text, 0)
    for number in count(1):
        if at == len(text):
            return
        value, at = _numbered(text, at, number)
        yield value
        at = after_blanks(text, at)


def elements(text: str) -> Iterator[object]:
    """The elements of the array that a text is, one after the other; raises ValueError where it is broken."""
    at = after_blanks(text, after_blanks(text, 0) + 1)
    for number in count(1):
        if number == 1 and text.startswith("]", at):
            break
        value, at = _numbered(text, at, number)
        yield value
        at = after_blanks(text, at)
        if text.startswith("]", at):
            break
        if not text.startswith(",", at):
            raise BrokenJsonError(text, at, f"broken JSON: expected a comma or ] after row {number}")
        at = after_blanks(text, at + 1)
        if text.startswith("]", at):
            raise BrokenJsonError(text, at, f"broken JSON: a comma after row {number}, but no further row")
    if (end := after_blanks(text, at + 1)) < len(text):
        raise BrokenJsonError(text, end, "broken JSON: there is more after the end of the array")


def after_blanks(text: str, start: int) -> int:
    """The place of the first character that is no white space."""
    blank = BLANK.match(text, start)
    assert blank is not None
    return blank.end()


def _numbered(text: str, at: int, number: int) -> tuple[object, int]:
    try:
        return decode(text, at)
    except ValueError as error:
        raise ValueError(f"broken JSON: row {number}: {error}") from None
