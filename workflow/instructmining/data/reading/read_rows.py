"""Read the rows of a file: JSON array, JSON lines, CSV or Parquet, each also compressed with gzip or zstd.

A BadRow takes the place of a row that cannot be read, so that the caller decides whether to stop; DataError is raised
where the whole file is unreadable (a broken JSON array, a truncated archive).
"""

import csv
import io
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from instructmining.data.errors import BadRow, DataError

UTF8_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Row:
    """One row: a value that JSON can represent, or a BadRow; its number from 1; and its place, for messages."""

    value: object
    number: int
    place: str


def read_rows(path: Path) -> Iterator[Row]:
    """The rows of a file; the number of a row is its line in JSON lines and CSV, else its position.

    Raises DataError where the format is unknown or the file as a whole cannot be read.
    """
    read = _reader(path)
    try:
        for row in read(path):
            yield replace(row, value=json_value(row.value))
    except FileNotFoundError:
        raise DataError(f"{path}: file not found") from None
    except (ValueError, OSError, EOFError, RecursionError, csv.Error) as error:
        raise DataError(f"{path}: cannot be read: {error}") from error


def json_value(value: object) -> object:
    """The value as JSON can represent it: NaN becomes null, a date text; not Unicode or too deep, a BadRow."""
    if isinstance(value, BadRow):
        return value
    try:
        text = json.dumps(value, ensure_ascii=False, default=str)
        text.encode()
        return json.loads(text, parse_constant=lambda _: None)
    except UnicodeEncodeError:
        return BadRow("not Unicode text", "it holds broken UTF-8 or half of a surrogate pair", value)
    except (ValueError, RecursionError) as error:
        return BadRow("cannot be kept as JSON", str(error))


def _at_line(value: object, number: int, path: Path) -> Row:
    return Row(value, number, f"{path}:{number}")


def _at_row(value: object, number: int, path: Path) -> Row:
    return Row(value, number, f"{path}: row {number}")


def data_format(path: Path) -> str:
    """The ending of a file's name that says how it is read, such as `.jsonl.gz`."""
    name = path.name.lower()
    packed = next((end for end in (".gz", ".zst") if name.endswith(end)), "")
    return f"{Path(name.removesuffix(packed)).suffix}{packed}"


def _reader(path: Path) -> Callable[[Path], Iterator[Row]]:
    readers = {".json": _read_json, ".jsonl": _read_json, ".csv": _read_csv, ".parquet": _read_parquet}
    name = path.name.lower().removesuffix(".gz").removesuffix(".zst")
    for suffix, reader in readers.items():
        if name.endswith(suffix):
            return reader
    raise DataError(f"{path}: unknown format; expected {', '.join(readers)}, or one of these with .gz or .zst")


def _open(path: Path) -> io.BufferedReader:
    """The bytes of a file, decompressed as its name says."""
    return io.BufferedReader(pa.input_stream(str(path), compression="detect"))


def _read_json(path: Path) -> Iterator[Row]:
    """An array or lines, detected from the content: many data sets call their JSON lines `.json`."""
    with _open(path) as stream:
        array = stream.peek(4096).removeprefix(UTF8_BOM).lstrip().startswith(b"[")
        yield from _read_array(stream, path) if array else _read_lines(stream, path)


def _read_array(stream: io.BufferedReader, path: Path) -> Iterator[Row]:
    # Broken bytes become lone surrogates here, which `json_value` finds in their row.
    text = stream.read().decode("utf-8-sig", errors="surrogateescape")
    try:
        rows = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"broken JSON: {error}") from None
    for number, value in enumerate(rows, 1):
        yield _at_row(value, number, path)


def _read_lines(stream: io.BufferedReader, path: Path) -> Iterator[Row]:
    for number, line in enumerate(stream, 1):
        text = line.decode("utf-8-sig" if number == 1 else "utf-8", errors="surrogateescape").strip()
        if text:
            yield _at_line(_parse(text), number, path)


def _parse(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        return BadRow("broken JSON", str(error), text)


def _read_csv(path: Path) -> Iterator[Row]:
    csv.field_size_limit(sys.maxsize)
    with io.TextIOWrapper(_open(path), encoding="utf-8-sig", errors="surrogateescape", newline="") as text:
        reader = csv.reader(text, strict=True)
        header = next((cells for cells in reader if cells), [])
        if len(set(header)) < len(header):
            raise ValueError(f"a column appears twice in the header: {', '.join(header)}")
        line = reader.line_num + 1
        for cells in reader:
            if cells:
                yield _at_line(_record(header, cells), line, path)
            line = reader.line_num + 1


def _record(header: list[str], cells: list[str]) -> object:
    if len(cells) != len(header):
        return BadRow("wrong number of cells", f"found {len(cells)}, the header names {len(header)}", cells)
    return dict(zip(header, cells, strict=True))


def _read_parquet(path: Path) -> Iterator[Row]:
    whole = path.name.lower().endswith(".parquet")
    file = pq.ParquetFile(path if whole else pa.BufferReader(_open(path).read()))
    number = 0
    for batch in file.iter_batches(batch_size=1_000):
        for row in batch.to_pylist():
            number += 1
            yield _at_row(row, number, path)
