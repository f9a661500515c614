"""Reading rows: formats, compression, and input that is hostile or broken."""

import csv
import gzip
import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

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


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """One folder for all examples of a property."""
    return tmp_path_factory.mktemp("rows")


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
    "deep.json": (b"[" * 100_000 + b"]" * 100_000, r"deep\.json: cannot be read: broken JSON: row 1: nested too deep"),
    "quote.csv": (b'a,"b\n1,2\n', r"quote\.csv: cannot be read: the header: a quote is not closed"),
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


def as_table(separator):
    def write(rows):
        text = io.StringIO()
        writer = csv.DictWriter(text, ["instruction", "output"], delimiter=separator)
        writer.writeheader()
        writer.writerows(rows)
        return text.getvalue()

    return write


ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"]
WRITERS = {
    "rows.jsonl": lambda rows: "\n".join(json.dumps(row, ensure_ascii=False) for row in rows),
    "rows.json": lambda rows: json.dumps(rows, indent=1),
    "pretty.json": lambda rows: "\n".join(json.dumps(row, indent=1) for row in rows),
    "object.json": lambda rows: json.dumps({"data": rows}),
    "rows.csv": as_table(","),
    "semicolons.csv": as_table(";"),
    "rows.tsv": as_table("\t"),
}
TEXTS = st.lists(st.fixed_dictionaries({"instruction": st.text(), "output": st.text()}), min_size=2, max_size=4)


@settings(deadline=None, max_examples=60)
@given(
    TEXTS,
    st.sampled_from(list(WRITERS)),
    st.sampled_from(ENCODINGS),
    st.sampled_from(list(COMPRESSIONS)),
    st.booleans(),
)
def test_rows_come_back_as_they_were_written_whatever_the_file(folder, rows, name, encoding, compression, named):
    content = COMPRESSIONS[compression](WRITERS[name](rows).encode(encoding))
    assert values(write(folder, content, f"{name}{compression}" if named else name)) == rows


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.dictionaries(st.text(), JSON, max_size=4), min_size=2, max_size=3))
def test_any_objects_come_back_from_lines_and_from_an_array(folder, rows):
    lines = "\n".join(json.dumps(row) for row in rows).encode()
    assert values(write(folder, lines)) == values(write(folder, json.dumps(rows).encode(), "rows.json")) == rows


@settings(deadline=None, max_examples=50)
@given(TEXTS, st.sampled_from([pa.string(), pa.large_string(), pa.binary(), pa.dictionary(pa.int32(), pa.string())]))
def test_rows_come_back_from_parquet_of_any_type_of_text(folder, rows, kind):
    cells = {name: pa.array([row[name] for row in rows], pa.string()).cast(kind) for name in rows[0]}
    stream = io.BytesIO()
    pq.write_table(pa.table(cells), stream)
    assert values(write(folder, stream.getvalue(), "rows.parquet")) == rows


PIECES = [
    b'{"a": ',
    b"1}",
    b"[",
    b"]",
    b",",
    b'"',
    b"\n",
    b"\r",
    b";",
    b"\t",
    b"\xff",
    b"\xfe",
    b"\0",
    b"\\ud800",
    b"\x1f\x8b",
    b"a",
    b"}",
    b"PAR1",
]


@settings(deadline=None, max_examples=150)
@given(
    st.lists(st.sampled_from(PIECES), max_size=12),
    st.sampled_from(["a.jsonl", "a.json", "a.csv", "a.tsv", "a.parquet"]),
)
def test_any_bytes_are_rows_as_json_can_hold_them_or_bad_rows_or_one_line(folder, pieces, name):
    try:
        found = values(write(folder, b"".join(pieces), name))
    except DataError as error:
        assert name in str(error) and "\n" not in str(error)
        return
    good = [value for value in found if not isinstance(value, BadRow)]
    assert json.loads(json.dumps(good, allow_nan=False, ensure_ascii=False).encode()) == good
