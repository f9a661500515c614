"""Reading rows: formats, compression, and input that is hostile or broken."""

import csv
import gzip
import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from instructmining.data.errors import BadRow, DataError
from instructmining.data.reading.read_rows import read_rows

ROWS = [{"instruction": "Say é", "output": "é, with\na second line"}, {"instruction": "Count", "output": "1, 2"}]


def as_csv(rows):
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def as_parquet(rows):
    stream = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), stream)
    return stream.getvalue()


FORMATS = {
    "json": lambda rows: json.dumps(rows).encode(),
    "jsonl": lambda rows: "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode(),
    "csv": as_csv,
    "parquet": as_parquet,
}
COMPRESSIONS = {"": bytes, ".gz": gzip.compress, ".zst": zstandard.ZstdCompressor().compress}


def values(path):
    return [row.value for row in read_rows(path)]


def write(tmp_path, content, name="rows.jsonl"):
    path = tmp_path / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("compression", COMPRESSIONS)
@pytest.mark.parametrize("format_", FORMATS)
def test_rows_are_the_same_in_every_format_and_compression(tmp_path, format_, compression):
    content = COMPRESSIONS[compression](FORMATS[format_](ROWS))
    assert values(write(tmp_path, content, f"rows.{format_}{compression}")) == ROWS


@pytest.mark.parametrize("format_", ["json", "jsonl", "csv"])
def test_a_byte_order_mark_is_not_part_of_the_text(tmp_path, format_):
    assert values(write(tmp_path, b"\xef\xbb\xbf" + FORMATS[format_](ROWS), f"rows.{format_}")) == ROWS


def test_windows_line_ends_and_empty_lines_hold_no_rows(tmp_path):
    path = write(tmp_path, b'{"a": 1}\r\n\r\n  \r\n{"a": 2}\r\n')
    assert [(row.number, row.value) for row in read_rows(path)] == [(1, {"a": 1}), (4, {"a": 2})]


def test_lines_named_json_are_read_as_lines(tmp_path):
    assert values(write(tmp_path, b'{"a": 1}\n{"a": 2}\n', "rows.json")) == [{"a": 1}, {"a": 2}]


def test_a_unicode_line_separator_does_not_end_a_line(tmp_path):
    assert values(write(tmp_path, '{"a": "x\u2028y"}'.encode())) == [{"a": "x\u2028y"}]


def test_a_csv_row_is_named_by_the_line_it_starts_on(tmp_path):
    path = write(tmp_path, b'a,b\n"two\nlines",1\n\nx,2\n', "rows.csv")
    assert [row.place for row in read_rows(path)] == [f"{path}:2", f"{path}:5"]


def test_a_csv_row_with_too_many_cells_is_bad(tmp_path):
    (bad,) = values(write(tmp_path, b"a,b\n1,2,3\n", "rows.csv"))
    assert str(bad) == "wrong number of cells; found 3, the header names 2"


HOSTILE = {
    "cut off": b'{"a": "b',
    "two objects": b'{"a": 1} {"a": 2}',
    "raw NUL": b'{"a": "\x00"}',
    "lone surrogate": b'{"a": "\\ud800"}',
    "broken UTF-8": b'{"a": "\xff"}',
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "too deep": b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "huge number": b'{"a": ' + b"9" * 5000 + b"}",
}


@pytest.mark.parametrize("line", HOSTILE.values(), ids=HOSTILE)
def test_a_broken_line_is_a_bad_row_and_the_next_line_is_read(tmp_path, line):
    first, *bad, good = read_rows(write(tmp_path, b'{"a": 0}\n' + line + b'\n{"a": 1}\n'))
    assert bad and all(isinstance(row.value, BadRow) for row in bad)
    assert (first.value, good.number, good.value) == ({"a": 0}, 3, {"a": 1})


def test_an_escaped_nul_is_text_and_nan_is_null(tmp_path):
    assert values(write(tmp_path, b'{"a": "\\u0000", "b": NaN, "c": -Infinity}')) == [{"a": "\0", "b": None, "c": None}]


def test_a_huge_line_is_one_row(tmp_path):
    ((row),) = values(write(tmp_path, b'{"a": "' + b"x" * 5_000_000 + b'"}'))
    assert len(row["a"]) == 5_000_000


def test_a_huge_csv_cell_is_read(tmp_path):
    ((row),) = values(write(tmp_path, b"a\n" + b"x" * 1_000_000, "rows.csv"))
    assert len(row["a"]) == 1_000_000


UNREADABLE = {
    "array.json": (b'[{"a": 1},\n {"a": }]', r"array\.json: cannot be read: broken JSON: .* line 2 column 8"),
    "deep.json": (b"[" * 100_000 + b"]" * 100_000, r"deep\.json: cannot be read: .*recursion"),
    "quote.csv": (b'a,"b\n1,2\n', r"quote\.csv: cannot be read: a quote in the header is not closed"),
    "twice.csv": (b"a,a\n1,2\n", "a column appears twice in the header: a, a"),
    "not.parquet": (b"PAR1 not at all", r"not\.parquet: cannot be read"),
    "not.parquet.gz": (b'{"a": 1}', r"not\.parquet\.gz: cannot be read: this is no Parquet"),
    "cut.jsonl.gz": (gzip.compress(b'{"a": 1}\n' * 1000)[:-20], r"cut\.jsonl\.gz: cannot be read"),
    "cut.jsonl.zst": (zstandard.compress(b'{"a": 1}\n' * 1000)[:-5], r"cut\.jsonl\.zst: cannot be read"),
    "rows.txt": (
        b"",
        r"rows\.txt: cannot be read: unknown format; .* ends in \.json, \.jsonl, \.ndjson, \.csv, \.tsv, \.parquet",
    ),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_file_that_cannot_be_read_as_a_whole_says_why(tmp_path, name):
    content, message = UNREADABLE[name]
    with pytest.raises(DataError, match=message):
        values(write(tmp_path, content, name))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DataError, match=r"file not found: .*none\.jsonl"):
        values(tmp_path / "none.jsonl")
