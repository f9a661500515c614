"""The results of this stage as types, held to what is written."""

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from instructmining.files import read_json, read_result
from instructmining.indicators.results import ShardReport
from instructmining.indicators.scoring import Scorer, Scores, score_shard
from tests.unit.indicators.made import write_shard


@pytest.fixture
def report(tmp_path: Path, examples: Any) -> Path:
    """The report that a scorer wrote."""
    scores = Scores({"made": [1.0] * len(examples)}, {"made": [True] * len(examples)})
    scorer = Scorer(prepare=list, run=lambda _, __: scores)
    score_shard(write_shard(tmp_path, examples), scorer, tmp_path / "scores.parquet", tmp_path / "report.json")
    return tmp_path / "report.json"


def test_the_report_of_a_scorer_is_read_as_it_is_written(report: Path, examples: Any) -> None:
    found = read_result(ShardReport, report)
    assert (found.indicators, found.examples) == (("made",), {"made": len(examples)})
    assert found.truncated == {"made": {"made": len(examples)}} and found.timing.seconds >= 0


def test_the_type_of_the_report_has_every_field_that_a_scorer_writes_and_no_other(report: Path) -> None:
    """What only an endpoint adds is held to its type in test_rating_endpoint."""
    assert {*read_json(report), "asked"} == {field.name for field in fields(ShardReport)}
