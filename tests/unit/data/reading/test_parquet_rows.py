"""Rows of Parquet, as other programs write them."""

import datetime as dt
import io
from decimal import Decimal
from uuid import UUID

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from instructmining.data.errors import DataError
from tests.unit.data.reading.conftest import Read

TURNS = [{"role": "user", "content": "Say é"}, {"role": "assistant", "content": "é"}]
PAIRS = [list(turn.items()) for turn in TURNS]
UTF8 = "Say é".encode()


def parquet(table: pa.Table) -> bytes:
    stream = io.BytesIO()
    pq.write_table(table, stream)
    return stream.getvalue()


def column(values: list[object], kind: pa.DataType) -> bytes:
    return parquet(pa.table({"a": pa.array(values, kind)}))


KINDS = {
    "binary": (UTF8, pa.binary(), "Say é"),
    "large binary": (UTF8, pa.large_binary(), "Say é"),
    "binary view": (UTF8, pa.binary_view(), "Say é"),
    "binary of a fixed size": (UTF8, pa.binary(len(UTF8)), "Say é"),
    "list of binary": ([UTF8, None], pa.list_(pa.binary()), ["Say é", None]),
    "list of maps": (PAIRS, pa.list_(pa.map_(pa.string(), pa.string())), TURNS),
    "map": (PAIRS[0], pa.map_(pa.string(), pa.string()), TURNS[0]),
    "map of binary": ([(b"role", b"user")], pa.map_(pa.binary(), pa.binary()), {"role": "user"}),
    "struct of lists": (
        {"role": ["user", "assistant"], "content": ["Say é", "é"]},
        pa.struct({"role": pa.list_(pa.string()), "content": pa.list_(pa.string())}),
        TURNS,
    ),
    "decimal": (Decimal("1.10"), pa.decimal128(5, 2), "1.10"),
    "date": (dt.date(2020, 1, 2), pa.date32(), "2020-01-02"),
    "time": (dt.time(3, 4, 5), pa.time64("us"), "03:04:05"),
    "time stamp": (dt.datetime(2020, 1, 2, 3, 4, 5), pa.timestamp("ms"), "2020-01-02T03:04:05"),
    "time stamp of a zone": (0, pa.timestamp("us", "UTC"), "1970-01-01T00:00:00+00:00"),
    "time stamp in nanoseconds": (1, pa.timestamp("ns"), "1970-01-01T00:00:00.000000001"),
    "duration": (dt.timedelta(seconds=90), pa.duration("s"), 90.0),
    "UUID": (UUID(int=1).bytes, pa.uuid(), str(UUID(int=1))),
    "large text": ("é", pa.large_string(), "é"),
    "half a float": (1.5, pa.float16(), 1.5),
    "NaN": (float("nan"), pa.float64(), None),
    "unsigned": (2**64 - 1, pa.uint64(), 2**64 - 1),
    "null": (None, pa.null(), None),
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_type_has_one_form(read: Read, kind: str) -> None:
    value, arrow, form = KINDS[kind]
    assert read(column([value], arrow), "in.parquet") == [{"a": form}]


def test_a_dictionary_is_what_it_stands_for(read: Read) -> None:
    assert read(parquet(pa.table({"a": pa.array(["x", "y"]).dictionary_encode()})), "in.parquet") == [
        {"a": "x"},
        {"a": "y"},
    ]


def broken_text() -> pa.Array:
    return pa.StringArray.from_buffers(2, pa.py_buffer(b"\0\0\0\0\1\0\0\0\2\0\0\0"), pa.py_buffer(b"\xffb"))


BAD = {
    "bytes": (pa.array([b"\xff", b"b"]), 'bytes that are not UTF-8; field "a": byte 1 is 0xff'),
    "text": (broken_text(), r"""column "a" (string) cannot be read; 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"""),
    "a key twice": (
        pa.array([[("k", "1"), ("k", "2")], [("k", "b")]], pa.map_(pa.string(), pa.string())),
        'column "a" (map<string, string (\'a\')>) cannot be read; "Converting to Python dictionary is not supported in'
        " strict mode when duplicate keys are present (duplicate key was 'k').\"",
    ),
    "a date that is too late": (pa.array([10**18, 0], pa.timestamp("us")), 'column "a" (timestamp[us]) cannot be read; date value out of range'),
    "keys that are numbers": (pa.array([[(1, "x")], []], pa.map_(pa.int64(), pa.string())), 'a key is not text; field "a": found 1, of type int'),
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD)
def test_a_cell_that_cannot_be_read_makes_its_own_row_bad(read: Read, kind: str) -> None:
    cells, message = BAD[kind]
    bad, good = read(parquet(pa.table({"a": cells, "b": ["x", "y"]})), "in.parquet")
    assert bad == message and isinstance(good, dict) and good["b"] == "y"


def test_a_column_that_stands_twice_is_said(read: Read) -> None:
    table = pa.Table.from_arrays([pa.array(["x"]), pa.array(["y"])], names=["output", "output"])
    with pytest.raises(DataError, match="cannot be read: a column appears twice: output"):
        read(parquet(table), "in.parquet")


def test_parquet_under_another_name_is_read(read: Read) -> None:
    assert read(column(["é"], pa.string()), "in.jsonl") == [{"a": "é"}]
