"""What the aimed scorers read."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from instructmining.indicators.aimed import aimed_scorer
from tests.conftest import conversation

EXAMPLES = [conversation(f"question {i}", f"answer {i}") for i in range(3)]
POINTS = np.array([[2.0, 0.0], [0.0, 3.0], [1.0, 1.0]])


def vectors(path: Path, ids: list[str], points: np.ndarray) -> Path:
    column = pa.FixedSizeListArray.from_arrays(pa.array(points.ravel(), pa.float32()), 2)
    pq.write_table(pa.table({"id": ids, "embeddings": column}), path)
    return path


def test_vectors_are_found_by_id_and_have_length_one_and_all_aims_are_joined(tmp_path: Path) -> None:
    ids = [example.id for example in EXAMPLES]
    shard = vectors(tmp_path / "shard.parquet", ids[::-1], POINTS[::-1])
    aims = [
        vectors(tmp_path / f"{name}.parquet", ["x"], np.array([point]))
        for name, point in (("a", [5.0, 0.0]), ("b", [0.0, 5.0]))
    ]
    scores = aimed_scorer("first", shard, aims, lambda points, goal: (points @ goal.T).max(axis=1))(EXAMPLES)
    assert scores.indicators == {"first": pytest.approx([1.0, 1.0, np.sqrt(0.5)])}


def test_an_example_without_a_vector_is_said(tmp_path: Path) -> None:
    shard = vectors(tmp_path / "shard.parquet", [EXAMPLES[0].id], POINTS[:1])
    with pytest.raises(ValueError, match=f"the vectors in .*{EXAMPLES[1].id}"):
        aimed_scorer("first", shard, [shard], lambda points, goal: points[:, 0])(EXAMPLES[:2])
