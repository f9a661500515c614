"""Read the rows of files: JSON, CSV or Parquet, each also packed with gzip or zstd, whatever their names say.

A BadRow takes the place of a row that cannot be read, so that the caller decides whether to stop; DataError is raised
where a whole file is unreadable (a broken JSON array, a truncated archive).
"""

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from instructmining.data.errors import DataError
from instructmining.data.reading.csv_rows import read_csv
from instructmining.data.reading.first_bytes import as_text, is_json, is_parquet, open_bytes
from instructmining.data.reading.json_rows import read_json
from instructmining.data.reading.json_values import json_row
from instructmining.data.reading.parquet_rows import read_parquet
from instructmining.data.reading.paths import EXPECTED, FORMATS, data_format, find_files
from instructmining.data.reading.rows import Row


def read_rows(path: str | Path | Sequence[str | Path], ignored: Collection[str] = ()) -> Iterator[Row]:
    """The rows of one or several files; the number of a row is its line in JSON lines and CSV, else its position.

    A field that is `ignored` is null where its value cannot be kept; any other makes its row bad. Raises DataError
    where there is no such file, its format is unknown, or it cannot be read as a whole.
    """
    for file in find_files(path).files:
        try:
            for row in _rows(file):
                yield Row(json_row(row.value, ignored), row.number, row.place)
        except (ValueError, OSError, EOFError, RecursionError) as error:
            raise DataError(f"{file}: cannot be read: {error}") from error


def _rows(path: Path) -> Iterator[Row]:
    form = data_format(path)
    with open_bytes(path) as stream:
        if is_parquet(stream):
            yield from read_parquet(stream, path)
        elif form == ".parquet":
            raise ValueError("this is no Parquet, or only a part of it: it does not begin with PAR1")
        elif form not in FORMATS:
            raise ValueError(f"unknown format; expected {EXPECTED}")
        elif form in (".csv", ".tsv") and not is_json(stream):
            yield from read_csv(as_text(stream, newline=""), path)
        else:
            yield from read_json(as_text(stream, newline=None), path)
