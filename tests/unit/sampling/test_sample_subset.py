"""Subsets: what they hold, and what they depend on."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from instructmining.example import EXAMPLES, to_table
from instructmining.files import write_table
from instructmining.sampling.sample_subset import draw_by_source, draw_from_scores, ids_by_source, read_subset
from instructmining.sampling.settings import Sampling
from tests.conftest import conversation

GROUPS = {"a": [f"a{i:03d}" for i in range(50)], "b": [f"b{i:03d}" for i in range(30)], "c": ["c000"]}


def subset(number: int, seed: int = 0, **settings: object) -> list[str]:
    sampling = Sampling.model_validate({"examples": 20, **settings})
    return draw_by_source(GROUPS, sampling, number, np.random.default_rng([seed, number]))


def test_a_subset_has_the_size_asked_for_and_no_example_twice() -> None:
    assert len(set(subset(3))) == len(subset(3)) == 20


def test_a_subset_depends_on_its_number_and_the_seed_and_not_on_their_count() -> None:
    assert subset(3, subsets=10) == subset(3, subsets=500)
    assert subset(3) != subset(4)
    assert subset(3, seed=0) != subset(3, seed=1)


def test_single_source_takes_the_sources_in_turn() -> None:
    assert {identifier[0] for identifier in subset(1, scheme="single_source")} == {"b"}


def test_too_few_candidates_are_said_with_both_numbers() -> None:
    with pytest.raises(ValueError, match="needs 100 examples, but a, b, c have 81"):
        subset(0, examples=100)


def test_a_subset_does_not_depend_on_how_the_pool_is_split(tmp_path: Path) -> None:
    examples = [conversation(f"question {i}", f"answer {i}", source="ab"[i % 2]) for i in range(20)]
    for name, part in (("whole", examples), ("one", examples[:7]), ("two", examples[7:])):
        write_table(tmp_path / f"{name}.parquet", to_table(part), EXAMPLES)
    whole, parts = [tmp_path / "whole.parquet"], [tmp_path / "one.parquet", tmp_path / "two.parquet"]
    assert ids_by_source(whole) == ids_by_source(parts)
    ids = sorted(example.id for example in examples)[:5]
    assert read_subset(whole, ids).equals(read_subset(parts, ids))


def test_a_draw_by_scores_does_not_depend_on_the_order_of_the_rows(tmp_path: Path) -> None:
    table = pa.table(
        {"id": [f"{i:02d}" for i in range(20)], "source": ["a", "b"] * 10, "ppl": [i * 7 % 20 for i in range(20)]}
    )
    for name, rows in (("sorted", table), ("turned", table.take(list(range(20))[::-1]))):
        pq.write_table(rows, tmp_path / f"{name}.parquet")
    sampling = Sampling(scheme="within", indicators=["ppl"], examples=8)
    first, second = (
        draw_from_scores(tmp_path / f"{name}.parquet", sampling, 0, seed=0) for name in ("sorted", "turned")
    )
    assert first == second
    assert len(set(first)) == 8
