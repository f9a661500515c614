"""What is added to a finished run when answers are judged: these jobs and no others, and nothing is asked twice."""

import json
import os
import re
from collections.abc import Iterator
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.judge_server import JudgeServer, Request, served, serving
from tests.workflow.conftest import Run

pytestmark = pytest.mark.slow

KEY = "sk-not-a-real-key-0123456789"


def prefers_first(request: Request) -> str:
    found = re.search(r"VERDICT-\w+: A", served(request))
    assert found
    return f"The first.\n{found[0]}"


@pytest.fixture
def server() -> Iterator[JudgeServer]:
    with serving(JudgeServer(prefers_first)) as running:
        yield running


def add_judge(run: Run, server: JudgeServer) -> dict[str, Any]:
    """A judge of two arms, on prompts of two sets."""
    (run.folder / "data" / "prompts.jsonl").write_text(
        '{"prompt": "why is the sky red"}\n{"turns": ["a road", "and why"]}\n'
    )
    values = run.config()
    judge = {
        "base_url": server.url,
        "model": "judge",
        "key_variable": "JUDGE_KEY",
        "prompts": {"own": {"path": "data/prompts.jsonl"}, "third": {"path": "data/third.jsonl", "limit": 4}},
        "arms": ["selected", "longest"],
        "seeds": 2,
        "generation": {"max_tokens": 8, "max_prompt_tokens": 64},
        "retries": 1,
    }
    run.set_config({**values, "comparison": {**values["comparison"], "judge": judge}})
    return judge


def test_a_judge_adds_its_jobs_and_no_others_and_is_asked_once(
    run: Run, server: JudgeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_judge(run, server)
    added = {"gather_prompts": 1, "answer_prompts": 6, "judge_arm": 2, "count_verdicts": 1}
    assert run.to_do() == added
    monkeypatch.setitem(os.environ, "JUDGE_KEY", KEY)
    run.finish()
    assert run.to_do() == {}
    folder = run.folder / "results" / "comparison" / "tiny" / "new"
    arms = json.loads((folder / "judge.json").read_text())["arms"]
    assert [arm["pairs"] for arm in arms] == [12, 12]
    assert sum(pq.read_table(folder / "verdicts" / f"{arm}.parquet").num_rows for arm in ("selected", "longest")) == 48
    assert set(server.keys) == {f"Bearer {KEY}"}
    asked = len(server.requests)
    run.snakemake("--forcerun", "judge_arm")
    assert len(server.requests) == asked
    everything = [path.read_bytes() for path in run.folder.rglob("*") if path.is_file()]
    assert not any(KEY.encode() in content for content in everything)


def test_without_its_key_the_judge_stops_and_says_which_variable_is_missing(run: Run, server: JudgeServer) -> None:
    add_judge(run, server)
    done = run.snakemake("results/comparison/tiny/new/verdicts/selected.parquet", "--show-failed-logs")
    assert done.returncode != 0
    assert "the environment variable JUDGE_KEY (comparison.judge.key_variable) is not set" in done.stdout + done.stderr
    assert not server.requests
