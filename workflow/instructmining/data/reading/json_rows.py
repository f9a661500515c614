"""The rows of JSON: an array, lines, objects with line breaks, or the array that one object holds.

Which of them is seen from the content, as many data sets call their JSON lines `.json`.
"""

import logging
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import TextIO

from instructmining.data.errors import BadRow
from instructmining.data.forms.meaning import what_is_lost
from instructmining.data.forms.values import blank, kind
from instructmining.data.reading.json_decoder import BrokenJsonError, decode, elements, values
from instructmining.data.reading.json_values import Twice, is_turn, shown
from instructmining.data.reading.paths import data_format
from instructmining.data.reading.rows import Row, at_line, at_row
from instructmining.example import JsonObject

Lines = Iterator[tuple[int, str]]
BOM = "\ufeff"
"""Begins a text, and stands within it where texts were put one after the other."""
NAMED = 5
"""Fields of an object that a message names."""


def read_json(text: TextIO, path: Path) -> Iterator[Row]:
    """The rows of a text; raises ValueError where it is broken as a whole."""
    lines = _filled(text)
    number, first = next(lines, (0, ""))
    if not first:
        return iter(())
    before = "\n" * (number - 1) + first
    if first.lstrip().startswith("["):
        return (at_row(value, number, path) for number, value in enumerate(elements(before + text.read()), 1))
    if _goes_on(first.strip()):
        return _objects(before + text.read(), path)
    second = next(lines, None)
    if second is None and data_format(path) == ".json":
        return _objects(before, path)
    return _lines(chain([(number, first)], [second] if second else [], lines), path)


def _filled(lines: Iterable[str]) -> Lines:
    """The lines that are not blank, with their numbers."""
    return ((number, line) for number, line in enumerate(lines, 1) if not line.isspace())


def _goes_on(line: str) -> bool:
    """Whether a line is the beginning of an object that has line breaks."""
    try:
        decode(line)
    except BrokenJsonError as error:
        return error.ends
    except ValueError:
        pass
    return False


def _lines(lines: Lines, path: Path) -> Iterator[Row]:
    return (at_line(_row(line.strip().removeprefix(BOM)), number, path) for number, line in lines)


def _row(line: str) -> object:
    try:
        value, end = decode(line)
    except ValueError as error:
        return BadRow("broken JSON", str(error), line)
    if end == len(line):
        return value
    if line[end:].strip() == ",":
        return BadRow("broken JSON", "a comma follows the object; in JSON lines, a line is an object and no more", line)
    return BadRow("broken JSON", f"more follows the value, at column {end + 1}: {line[end : end + 20]!r}", line)


def _objects(text: str, path: Path) -> Iterator[Row]:
    """The rows of a text of objects with line breaks, or of lines where only the first is broken."""
    found = values(text)
    try:
        first = next(found, None)
    except ValueError:
        if not _are_lines(text, path):
            raise
        return _lines(_filled(text.splitlines(keepends=True)), path)
    second = next(found, None)
    if second is None:
        return _rows_of_one(first, path)
    return (at_row(value, number, path) for number, value in enumerate(chain([first, second], found), 1))


def _are_lines(text: str, path: Path) -> bool:
    """Whether a text is meant as one object a line: its file is named so, or its second line is such an object."""
    second = next(islice(_filled(text.splitlines()), 1, None), (0, ""))[1]
    return data_format(path) != ".json" or isinstance(_row(second.strip()), dict)


def _rows_of_one(value: object, path: Path) -> Iterator[Row]:
    """The one object of a file as a row, or the rows in its only array of objects; raises ValueError for neither."""
    arrays = [field for field, inner in value.items() if _are_rows(inner)] if isinstance(value, dict) else []
    if not isinstance(value, dict) or _is_row(value, arrays):
        return iter([at_row(value, 1, path)])
    if len(arrays) == 1:
        _say_beside(value, arrays[0], path)
        rows = enumerate(value[arrays[0]], 1)
        return (at_row(row, number, path, arrays[0]) for number, row in rows)
    named = ", ".join(f"{field} is {_kind(inner)}" for field, inner in islice(value.items(), NAMED))
    more = f" and {len(value) - NAMED} more" if len(value) > NAMED else ""
    holds = f"its field {named}{more}" if value else "it is empty"
    raise ValueError(f"one JSON object, not rows: {holds}; write the rows as an array or as lines")


def _say_beside(value: JsonObject, rows: str, path: Path) -> None:
    """Log what stands beside the rows of one object; raises ValueError where it changes what the rows mean."""
    beside = {field: inner for field, inner in value.items() if field != rows and not blank(inner)}
    if lost := next((field for field, inner in beside.items() if what_is_lost(field, inner)), None):
        raise ValueError(f"the rows are in {rows}, but {shown(lost)} stands beside it; write it into each row")
    if beside:
        logging.info("%s: the rows are in %s; not read beside it: %s", path, rows, ", ".join(map(shown, beside)))


def _is_row(value: JsonObject, arrays: list[str]) -> bool:
    """Whether an object is a row itself, by an instruction, turns, or text without an array of objects beside it."""
    inner = list(value.values())
    turns = any(is_turn(each) or (isinstance(each, list) and any(map(is_turn, each))) for each in inner)
    text = any(isinstance(each, str) for each in inner)
    return turns or isinstance(value.get("instruction"), str) or (text and not arrays)


def _are_rows(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(row, dict | Twice) for row in value)


def _kind(value: object) -> str:
    """What a value is, and of an array what it holds."""
    if not isinstance(value, list):
        return kind(value)
    what = "objects" if _are_rows(value) else "values"
    return f"an array of {len(value)} {what if len(value) != 1 else what.removesuffix('s')}"
