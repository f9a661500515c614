"""Verdicts are read as what they were written as."""

from dataclasses import asdict
from pathlib import Path

import pyarrow as pa

from instructmining.comparison.judge.verdicts import VERDICTS, read_verdicts
from instructmining.files import write_table
from tests.unit.comparison.judge.counted import pair


def test_verdicts_are_the_same_after_writing_and_reading(tmp_path: Path) -> None:
    verdicts = [*pair(0, "win", "lose"), *pair(1, None, "tie")]
    table = pa.Table.from_pylist([asdict(verdict) for verdict in verdicts], schema=VERDICTS)
    write_table(tmp_path / "selected.parquet", table, VERDICTS)
    assert read_verdicts(tmp_path / "selected.parquet") == verdicts
