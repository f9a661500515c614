"""The rows of CSV: a header, and cells between commas, semicolons, tabs or bars; a quote within quotes is doubled."""

import csv
import re
import sys
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from instructmining.data.errors import BadRow
from instructmining.data.reading.paths import data_format
from instructmining.data.reading.rows import Row, at_line

SEPARATORS = {".csv": ",;\t|", ".tsv": "\t,;|"}
"""By the ending of a name: the first of these that gives the header several cells separates them."""
NAMED = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
"""The line above the header by which Excel names the separator."""

STRAY = "a quote is not closed or not doubled"


class Lines(Iterator[str]):
    """The lines of a text, counted; those of the record that is being read can be read once more."""

    def __init__(self, text: TextIO) -> None:
        self.text, self.number = text, 0
        self.record: list[str] = []
        self.again: deque[str] = deque()

    def __next__(self) -> str:
        line = self.again.popleft() if self.again else next(self.text)
        self.record.append(line)
        self.number += 1
        return line

    def begin(self) -> int:
        """Begin a record; the number of its first line."""
        self.record.clear()
        return self.number + 1

    def go_back(self, kept: int) -> None:
        """Go back to the record's line after so many."""
        self.again.extendleft(reversed(self.record[kept:]))
        self.number -= len(self.record[kept:])
        del self.record[kept:]


def read_csv(text: TextIO, path: Path) -> Iterator[Row]:
    """The rows of a text, each at its first line; raises ValueError where its header cannot be read."""
    csv.field_size_limit(sys.maxsize)
    lines = Lines(text)
    separator = _separator(lines, SEPARATORS.get(data_format(path), SEPARATORS[".csv"]))
    reader = csv.reader(lines, delimiter=separator, strict=True)
    header = _header(reader, lines, separator)
    number = lines.begin()
    for cells in _records(reader, lines):
        record = "".join(lines.record)
        if record.strip(" \r\n"):
            yield at_line(_row(header, cells, record, separator), number, path)
        number = lines.begin()


def _separator(lines: Lines, usual: str) -> str:
    """The separator that is named above the header, which is then read, or else that of the header."""
    first = next((line for line in lines if not line.isspace()), "")
    if named := NAMED.fullmatch(first):
        return named[1]
    lines.go_back(len(lines.record) - 1)
    return next((separator for separator in usual if len(next(csv.reader([first], delimiter=separator))) > 1), usual[0])


def _header(reader: Iterator[list[str]], lines: Lines, separator: str) -> list[str]:
    lines.begin()
    try:
        header = next((cells for cells in reader if cells), [])
    except csv.Error:
        raise ValueError(f"the header: {STRAY}") from None
    if _is_stray("".join(lines.record), separator):
        raise ValueError(f"the header: {STRAY}")
    if len(set(header)) < len(header):
        named = ", ".join(cell or "(no name)" for cell in header)
        raise ValueError(f"a column appears twice in the header: {named}")
    return header


def _records(reader: Iterator[list[str]], lines: Lines) -> Iterator[list[str] | csv.Error]:
    """The cells of each record; after a broken one, which may go on to the end, the line after its first is next."""
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            lines.go_back(1)
            yield error


def _row(header: list[str], cells: list[str] | csv.Error, record: str, separator: str) -> object:
    if isinstance(cells, csv.Error) or ('"' in "".join(cells) and _is_stray(record, separator)):
        return BadRow(STRAY, 'within quotes, write each quote as ""', record)
    if len(cells) != len(header):
        return BadRow("wrong number of cells", f"found {len(cells)}, the header names {len(header)}", cells)
    return dict(zip(header, cells, strict=True))


def _is_stray(record: str, separator: str) -> bool:
    """Whether a quote is in a cell that does not begin with one; between tabs, where few files quote, it is text."""
    edge = re.escape(separator)
    quoted = rf'(?:\A|(?<={edge}))"(?:[^"]|"")*+"(?={edge}|[\r\n]*\Z)'
    return separator != "\t" and '"' in re.sub(quoted, "", record)
