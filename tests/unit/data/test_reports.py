"""Reports are read as what they are."""

from dataclasses import asdict
from pathlib import Path

import pytest

from instructmining.data.reports import PoolReport, SourceInPool, SourceReport
from instructmining.files import read_result, write_json, write_result

SOURCE = SourceReport("dolly", "dolly.jsonl", "ab", "dolly", 3, 2, {"unknown role": 1}, 0, 0, {"tools": 1}, 0)
COUNTS = SourceInPool(3, 2, 0, {"contaminated": 1})
POOL = PoolReport("new", 0.5, 3, 2, 0, {"contaminated": 1}, {"fit": 1}, (1, 1), {"dolly": COUNTS}, ("ab", "cd"))


@pytest.mark.parametrize("report", [SOURCE, POOL])
def test_a_report_is_read_as_what_was_written(report: SourceReport | PoolReport, tmp_path: Path) -> None:
    write_result(tmp_path / "report.json", report)
    assert read_result(type(report), tmp_path / "report.json") == report


def test_a_report_without_a_count_is_refused(tmp_path: Path) -> None:
    counts = {name: value for name, value in asdict(SOURCE).items() if name != "kept"}
    write_json(tmp_path / "dolly.report.json", counts)
    with pytest.raises(ValueError, match=r"dolly\.report\.json is not a SourceReport: kept: Field required"):
        read_result(SourceReport, tmp_path / "dolly.report.json")


@pytest.mark.parametrize("form", ["alpaca", {"instruction": "q", "response": "a"}, None])
def test_a_form_is_a_name_a_mapping_or_unknown(form: object, tmp_path: Path) -> None:
    write_json(tmp_path / "dolly.report.json", asdict(SOURCE) | {"form": form})
    assert read_result(SourceReport, tmp_path / "dolly.report.json").form == form
