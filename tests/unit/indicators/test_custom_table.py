"""A user's own table of scores as an indicator, and what goes wrong with it."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from instructmining.indicators.custom_table import look_up


def table(folder: Path, ids: list[str], scores: list[float | None]) -> Path:
    pq.write_table(pa.table({"id": ids, "difficulty": pa.array(scores, pa.float64())}), folder / "scores.parquet")
    return folder / "scores.parquet"


def test_scores_are_looked_up_by_id(tmp_path: Path) -> None:
    assert look_up(table(tmp_path, ["a", "b", "c"], [1, 2, 3]), "difficulty", ["c", "a"]) == [3.0, 1.0]


@pytest.mark.parametrize(
    ("ids", "scores", "message"),
    [
        (["a", "x"], [1.0, 2.0], r"no difficulty for 1 of 2 examples, e\.g\. \['b'\]"),
        (["a", "b"], [1.0, None], r"no difficulty for 1 of 2 examples"),
        (["a", "b", "b"], [1.0, 2.0, 3.0], "an example appears twice"),
    ],
)
def test_a_table_that_does_not_cover_the_examples_is_refused(
    tmp_path: Path, ids: list[str], scores: list[float | None], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        look_up(table(tmp_path, ids, scores), "difficulty", ["a", "b"])


def test_a_table_without_the_column_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no column rating; found id, difficulty"):
        look_up(table(tmp_path, ["a"], [1.0]), "rating", ["a"])
