"""A rating through an endpoint is a job that needs no model and no GPU, and asks once."""

import json
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.judge_server import JudgeServer, serving
from tests.workflow.conftest import CONFIG, Run

pytestmark = pytest.mark.slow

KEY = "sk-not-a-real-key-0123456789"
TARGET = "results/indicators/new/rating/000.parquet"


def lay_out(folder: Path, url: str) -> Run:
    """A working directory whose only scorer asks the endpoint."""
    run = Run(folder)
    (folder / "Snakefile").write_text(f'include: "{ROOT}/Snakefile"\nworkflow.default_target = "all"\n')
    for name in ("first", "new", "fit", "search", "test"):
        row = {"instruction": f"What is {name}?", "output": f"It is {name}."}
        (folder / f"{name}.jsonl").write_text(json.dumps(row) + "\n")
    asked = {"base_url": url, "model": "m", "key_variable": "RATING_KEY"}
    roles = {role: {"sources": [role], "role": role} for role in ("fit", "search", "test")}
    made = {"indicators": ["rating"]}
    changes = {
        "sources": {name: {"path": f"{name}.jsonl"} for name in ("first", "new", *roles)},
        "pools": {"candidates": {"sources": ["first"]}, "new": {"sources": ["new"]}},
        "eval_sets": roles,
        "indicators": {"rating": {"endpoint": asked, "preset": "deita_quality"}},
        "models": {"tiny": {"path": ".", "parameters": 1e5}},
        "quality_rule": made,
        "comparison": {"arms": ["selected", "random"], "seeds": 2},
    }
    run.set_config({**CONFIG, **changes})
    return run


def test_a_rating_through_an_endpoint_asks_once_where_the_run_was_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RATING_KEY", KEY)
    with serving(JudgeServer(lambda _: "4")) as server:
        run = lay_out(tmp_path, server.url)
        assert {"prepare_model", "convert_model"}.isdisjoint(run.to_do(TARGET))
        done = run.snakemake(TARGET, "--show-failed-logs")
        assert done.returncode == 0, done.stdout + done.stderr
        assert len(server.requests) == 1
        assert run.snakemake(TARGET, "--forcerun", "score_rating").returncode == 0
        assert len(server.requests) == 1, "the reply was kept"
    assert "localrule score_rating" in done.stderr
    assert len(list((tmp_path / "results/indicators/replies").rglob("*.json"))) == 1
    everything = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert not any(KEY.encode() in content for content in everything)
