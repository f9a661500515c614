"""The quick way in: a pool is scored, ranked by a rule of the paper and selected from, and nothing is tuned."""

import json
from typing import Any

import pytest

from tests.workflow.conftest import Run

pytestmark = pytest.mark.slow


def published(run: Run, **settings: Any) -> dict[str, Any]:
    """The config of a run that takes the paper's rule and has no candidates."""
    config = run.config()
    del config["pools"]["candidates"]
    return config | {"quality_rule": {"published": "v3", **settings}}


def test_a_published_rule_selects_without_candidates_and_without_tuning(run: Run) -> None:
    config = published(run, force=True)
    config["eval_sets"] = {name: kept for name, kept in config["eval_sets"].items() if kept["role"] != "test"}
    run.set_config(config)
    jobs = run.to_do()
    assert jobs["adopt_quality_rule"] == jobs["rank"] == jobs["select"] == 1
    assert not [rule for rule in jobs if rule.startswith(("finetune", "fit", "sample", "subset", "compare", "score"))]
    run.finish()
    folder = run.folder / "results"
    assert len((folder / "selection/tiny/new/selected.jsonl").read_text().splitlines()) == 10
    assert json.loads((folder / "quality_rule/tiny/rule.json").read_text())["name"] == "v3"
    assert "Forced on other indicator models" in (folder / "selection/tiny/new/card.md").read_text()
    assert "nothing was fitted or tuned here" in (folder / "summary.txt").read_text()


def test_a_published_rule_is_refused_with_other_models_before_any_job(run: Run) -> None:
    run.set_config(published(run))
    done = run.snakemake()
    assert done.returncode != 0
    assert "reward: the rule was fitted with model hub OpenAssistant/oasst-rm" in done.stdout + done.stderr
