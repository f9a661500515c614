"""What was read, added up."""

import json
import sys
from pathlib import Path

import pytest

from instructmining.data.add_up import Count, DataCounts, add_up, main
from instructmining.data.reports import EvalSetReport, SourceReport
from instructmining.files import read_result, write_result

SOURCE = SourceReport("new", "new.jsonl", None, "alpaca", 40, 38, {"empty": 2}, 0, 0, {}, 0)
EVAL_SET = EvalSetReport("held_out", "test", None, 38, 30, {"duplicate": 8})


def test_rows_are_counted_by_name() -> None:
    counted = add_up([SOURCE], [], [EVAL_SET], [])
    assert counted == DataCounts({"new": Count(40, 38)}, {}, {"held_out": Count(38, 30)}, {})


def test_the_command_reads_reports_and_writes_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_result(tmp_path / "new.report.json", SOURCE)
    files = ["--sources", str(tmp_path / "new.report.json"), "--pools", "--eval-sets", "--ratings"]
    monkeypatch.setattr(sys, "argv", ["add_up", *files, "--output", str(tmp_path / "counts.json")])
    main()
    assert read_result(DataCounts, tmp_path / "counts.json").sources == {"new": Count(40, 38)}
    assert "schema_version" in json.loads((tmp_path / "counts.json").read_text())
