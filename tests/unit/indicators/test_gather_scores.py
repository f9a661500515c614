"""The scores of a pool, gathered shard by shard."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from scipy.spatial.distance import cdist

from instructmining.data.build_pool import write_shards
from instructmining.example import Example
from instructmining.files import write_table
from instructmining.indicators import scoring
from instructmining.indicators.gather_scores import asked_in_all, gather, truncation_by_source
from instructmining.indicators.results import Asked, Seen, ShardReport, Timing
from instructmining.indicators.scoring import Scores
from tests.conftest import conversation
from tests.unit.indicators.made import write_shard


def digits(identifier: str) -> list[int]:
    return [int(digit, 16) for digit in identifier[:4]]


def write_scores(shard: Path, name: str) -> Path:
    """The first digits of each ID as its embedding, and their sum as its score, which is called `name`."""
    examples = [Example(**row) for row in pq.read_table(shard).to_pylist()]
    points = [digits(example.id) for example in examples]
    embeddings = pa.FixedSizeListArray.from_arrays(pa.array(sum(points, []), pa.float32()), 4)
    path = shard.with_name(f"{name}-{shard.name}")
    table = scoring.to_table(examples, Scores({name: list(map(sum, points))}, embeddings=embeddings))
    write_table(path, table if name == "last" else table.drop_columns("embeddings"), pa.schema([]))
    return path


def test_gathering_shard_by_shard_gives_what_sorting_the_whole_pool_does(tmp_path: Path, examples: Any) -> None:
    made = [*examples, *(conversation(f"what is {number}", "a cat") for number in range(50))]
    shards = [tmp_path / f"{number:03d}.parquet" for number in range(40)]
    assert 0 in write_shards(made, shards, lambda: "no example"), "an empty shard is among them"
    scores = [[write_scores(shard, name) for shard in shards] for name in ("first", "last")]
    gather(shards, scores, [1, 6], tmp_path / "out" / "scores.parquet", tmp_path / "embeddings.parquet")
    points = {example.id: digits(example.id) for example in sorted(made, key=lambda example: example.id)}
    near = np.sort(cdist(list(points.values()), list(points.values())))
    assert pq.read_table(tmp_path / "embeddings.parquet").to_pylist() == [
        {"id": name, "embeddings": point} for name, point in points.items()
    ]
    assert pq.read_table(tmp_path / "out" / "scores.parquet").to_pylist() == [
        {
            "id": name,
            "source": "made",
            "degraded": None,
            "first": sum(point),
            "last": sum(point),
            **{f"knn_{k}": pytest.approx(distances[k]) for k in (1, 6)},
        }
        for (name, point), distances in zip(points.items(), near, strict=True)
    ]
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["scores.parquet"], "nothing else is left"


def test_gathering_refuses_scores_of_other_examples(tmp_path: Path, examples: Any) -> None:
    shard = write_shard(tmp_path, examples)
    write_table(tmp_path / "made.parquet", scoring.to_table(examples[1:], Scores({"made": [0.0] * 15})), pa.schema([]))
    with pytest.raises(ValueError, match="1 missing"):
        gather([shard], [[tmp_path / "made.parquet"]], [], tmp_path / "scores.parquet", tmp_path / "embeddings.parquet")


def test_the_report_of_a_pool_counts_by_indicator_and_source() -> None:
    first = ShardReport(("nat", "coh"), {"a": 3, "b": 1}, {"nat": {}, "coh": {"a": 2}}, Timing(1))
    second = ShardReport(("nat", "coh"), {"a": 5}, {"nat": {"a": 1}, "coh": {}}, Timing(1))
    assert truncation_by_source([first, second]).indicators == {
        "nat": {"a": Seen(8, 1), "b": Seen(1, 0)},
        "coh": {"a": Seen(8, 2), "b": Seen(1, 0)},
    }


def test_what_was_cut_of_an_indicator_that_is_taken_later_is_counted_too() -> None:
    report = ShardReport(("relevance",), {"a": 3}, {"relevance": {}, "knn_i": {"a": 2}}, Timing(1))
    assert truncation_by_source([report]).indicators["knn_i"] == {"a": Seen(3, 2)}


def test_what_an_endpoint_was_asked_is_added_up_over_shards() -> None:
    here = ShardReport(("ppl",), {"a": 3}, {}, Timing(1))
    asked = [ShardReport(("rating",), {"a": 3}, {}, Timing(1), Asked(3, 30, 3, 0)) for _ in range(2)]
    assert asked_in_all([here, *asked]) == Asked(6, 60, 6, 0)
    assert asked_in_all([here]) is None
