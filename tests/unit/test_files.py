"""Nothing half-written, nothing of the wrong shape, nothing lost in silence."""

import math
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pytest

from instructmining.files import (
    check_same_ids,
    read_json,
    read_result,
    read_table,
    replacing,
    replacing_folder,
    table_writer,
    write_json,
    write_result,
    write_table,
)

SCHEMA = pa.schema([("id", pa.string()), ("score", pa.float64())])
TABLE = pa.table({"id": ["a"], "score": [1.0]}, schema=SCHEMA)


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    write_json(tmp_path / "x.json", {"old": True})
    with pytest.raises(RuntimeError), replacing(tmp_path / "x.json") as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert [path.name for path in tmp_path.iterdir()] == ["x.json"]
    assert read_json(tmp_path / "x.json") == {"old": True}


def test_a_table_that_fails_half_way_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), table_writer(tmp_path / "x.parquet", SCHEMA) as writer:
        writer.write_table(TABLE)
        raise RuntimeError
    assert not list(tmp_path.iterdir())


def test_nan_is_never_a_result(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="Out of range"):
        write_json(tmp_path / "x.json", {"loss": math.nan})
    assert not list(tmp_path.iterdir())


def test_a_result_of_another_schema_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text('{"schema_version": 99}')
    with pytest.raises(ValueError, match="schema_version is 99, expected 1"):
        read_json(tmp_path / "x.json")


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"x\.parquet: column 'score' is missing; found \['id'\]"):
        write_table(tmp_path / "x.parquet", TABLE.select(["id"]), SCHEMA)


def test_a_column_of_another_type_is_named_on_reading(tmp_path: Path) -> None:
    write_table(tmp_path / "x.parquet", TABLE, SCHEMA)
    with pytest.raises(ValueError, match="column 'score' is double, expected string"):
        read_table(tmp_path / "x.parquet", pa.schema([("score", pa.string())]))


def test_lost_and_invented_examples_are_named() -> None:
    with pytest.raises(
        ValueError, match=r"wrote 2 examples for 2 given; 1 missing \(e\.g\. \['b'\]\), 1 not asked for"
    ):
        check_same_ids(["a", "b"], ["a", "c"], "stage")


def test_the_order_of_examples_counts() -> None:
    with pytest.raises(ValueError, match="0 missing"):
        check_same_ids(["a", "b"], ["b", "a"], "stage")


@dataclass(frozen=True)
class Point:
    x: float
    labels: tuple[str, ...] = ()


def test_a_result_is_read_as_what_it_was_written_as(tmp_path: Path) -> None:
    write_result(tmp_path / "point.json", Point(2, ("a", "b")))
    assert read_result(Point, tmp_path / "point.json") == Point(2.0, ("a", "b"))


def test_a_result_of_another_kind_is_refused_with_the_file_and_the_field(tmp_path: Path) -> None:
    write_json(tmp_path / "point.json", {"y": 1})
    with pytest.raises(ValueError, match=r"point\.json is not a Point: x: Field required; delete it and run again"):
        read_result(Point, tmp_path / "point.json")


def test_a_folder_is_replaced_whole_and_only_on_success(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    with replacing_folder(folder) as temporary:
        (temporary / "old").touch()
    with pytest.raises(OSError, match="no"), replacing_folder(folder):
        raise OSError("no")
    assert [path.name for path in folder.iterdir()] == ["old"]
    with replacing_folder(folder) as temporary:
        (temporary / "new").touch()
    assert [path.name for path in folder.iterdir()] == ["new"]
