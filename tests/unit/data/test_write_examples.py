"""Examples are written as a stream, and none is lost in silence."""

from pathlib import Path

import pytest

from instructmining.data import write_examples as module
from instructmining.data.errors import DataError
from instructmining.data.write_examples import check_counts, write_examples
from instructmining.example import read_examples
from tests.unit.data.made import example


def test_examples_are_written_in_order_whatever_the_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BATCH", 2)
    examples = [example(f"Question {number}?") for number in range(5)]
    assert write_examples(tmp_path / "a.parquet", iter(examples), "nothing") == 5
    assert read_examples(tmp_path / "a.parquet") == examples


def test_without_an_example_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="a: no example"):
        write_examples(tmp_path / "a.parquet", [], "a: no example")
    assert not list(tmp_path.iterdir())


def test_every_row_is_kept_or_dropped_for_a_reason() -> None:
    check_counts(3, 2, {"duplicate": 1}, "a")
    with pytest.raises(ValueError, match=r"a: 3 rows in, but 1 kept and \{'duplicate': 1\} dropped"):
        check_counts(3, 1, {"duplicate": 1}, "a")
