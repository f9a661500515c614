"""What a finished run has written: whole, consistent, and free of what must not be there."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.workflow.conftest import Run

pytestmark = pytest.mark.slow


def test_every_job_left_a_log_and_a_benchmark(finished: Run) -> None:
    results = {path.stem for path in (finished.folder / "results" / "sampling").glob("[0-9]*.parquet")}
    for folder in ("logs", "benchmarks"):
        assert {path.stem for path in (finished.folder / "results" / folder / "sampling").glob("*")} == results


def test_nothing_half_written_is_left(finished: Run) -> None:
    assert not list((finished.folder / "results").rglob("*.tmp"))


def test_every_source_is_accounted_for(finished: Run) -> None:
    for path in (finished.folder / "results" / "data" / "sources").glob("*.report.json"):
        report = json.loads(path.read_text())
        assert report["rows_in"] == report["kept"] + sum(report["dropped"].values())


def test_the_selection_is_the_best_of_the_ranking_in_the_form_it_came_in(finished: Run) -> None:
    folder = finished.folder / "results" / "selection" / "tiny" / "new"
    selected = [json.loads(line) for line in (folder / "selected.jsonl").read_text().splitlines()]
    ranking = pq.read_table(folder / "ranking.parquet").to_pandas()
    assert len(selected) == 10
    assert set(selected[0]) == {"instruction", "input", "output"}
    assert ranking.sort_values("rank")["predicted"].is_monotonic_increasing


def test_every_example_has_every_indicator(finished: Run) -> None:
    scores = pq.read_table(finished.folder / "results" / "indicators" / "new" / "scores.parquet")
    indicators = {
        "len_in",
        "len_out",
        "mtld",
        "ppl",
        "log_ppl",
        "ifd",
        "relevance",
        "knn_6",
        "reward",
        "nat",
        "und",
        "coh",
        "brevity",
    }
    assert set(scores.column_names) == {"id", "source", "degraded", *indicators}
    assert all(scores[name].null_count == 0 for name in indicators)
    report = json.loads((finished.folder / "results" / "indicators" / "new" / "scores.report.json").read_text())
    scored = pq.read_table(finished.folder / "results" / "data" / "pools" / "new" / "deduplicated" / "000.parquet")
    assert report["indicators"]["coh"] == {"new": {"examples": len(scored), "truncated": 0}}
    assert set(scores["id"].to_pylist()) < set(scored["id"].to_pylist()), (
        "what an eval set holds is scored, and left out"
    )


def test_the_arms_have_equal_steps_but_for_the_full_pool(finished: Run) -> None:
    steps = {}
    for path in (finished.folder / "results" / "training" / "tiny").glob("new.*/seed0/record.json"):
        record = json.loads(path.read_text())
        steps[record["run"].split(".")[1]] = record["steps"]
    assert steps["selected"] == steps["random"] == steps["longest"] < steps["full"]


def test_no_result_is_a_pickle(finished: Run) -> None:
    suffixes = {path.suffix for path in Path(finished.folder / "results").rglob("*") if path.is_file()}
    assert not suffixes & {".pkl", ".pickle", ".pt", ".bin"}


def test_the_explorer_has_all_that_it_loads(finished: Run) -> None:
    folder = finished.folder / "results" / "explorer"
    for name in (
        "index.html",
        "assets/main.js",
        "data/rankings.js",
        "data/rankings/tiny/new.js",
        "data/pools/new/pool.js",
    ):
        assert (folder / name).stat().st_size > 0
