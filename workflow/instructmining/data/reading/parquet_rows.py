"""The rows of Parquet; a cell that cannot be read makes its row bad, not the file."""

import io
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from instructmining.data.errors import BadRow
from instructmining.data.reading.rows import Row, at_row

BATCH = 1_000
UNREADABLE = (pa.ArrowException, ValueError, KeyError, OverflowError)
"""Raised for text that is not UTF-8, a key that stands twice in a map, a date that is out of range."""


def read_parquet(stream: io.BufferedReader, path: Path) -> Iterator[Row]:
    """The rows of a file; raises ValueError or OSError where it cannot be read as a whole."""
    file = pq.ParquetFile(path if stream.seekable() else pa.BufferReader(stream.read()))
    if twice := [name for name, count in Counter(file.schema_arrow.names).items() if count > 1]:
        raise ValueError(f"a column appears twice: {', '.join(twice)}")
    rows = (row for batch in file.iter_batches(batch_size=BATCH) for row in _rows(batch))
    return (at_row(row, number, path) for number, row in enumerate(rows, 1))


def _rows(batch: pa.RecordBatch) -> list[object]:
    try:
        return list(batch.to_pylist(maps_as_pydicts="strict"))
    except UNREADABLE:
        return [_row(batch.slice(number, 1)) for number in range(batch.num_rows)]


def _row(batch: pa.RecordBatch) -> object:
    """The only row of a batch, or a BadRow that names the column which cannot be read."""
    row = {}
    for field, column in zip(batch.schema, batch.columns, strict=True):
        try:
            (row[field.name],) = column.to_pylist(maps_as_pydicts="strict")
        except UNREADABLE as error:
            return BadRow(f'column "{field.name}" ({field.type}) cannot be read', str(error), row)
    return row
