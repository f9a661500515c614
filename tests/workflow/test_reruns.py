"""Exactly the invalid jobs run again: given a finished run, when something changes, then these jobs and no others."""

import json
import os
import re
from pathlib import Path

import pytest

from tests.workflow.conftest import Run

pytestmark = pytest.mark.slow

REPORT = ("figure", "table", "summarise")
SUBSETS, REPLICATES, ARMS, SEEDS = 6, 1, 4, 2
FINETUNES = SUBSETS + REPLICATES + ARMS * SEEDS


def edit(run: Run, module: str, old: str, new: str) -> None:
    """Change a line of the library."""
    path = run.folder / "workflow" / "instructmining" / module
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def without(jobs: dict[str, int], *prefixes: str) -> dict[str, int]:
    """The jobs of rules that do not begin so."""
    return {rule: count for rule, count in jobs.items() if not rule.startswith(prefixes)}


def test_a_second_run_has_nothing_to_do(finished: Run) -> None:
    assert finished.to_do() == {}


def test_touching_every_file_of_the_workflow_reruns_nothing(run: Run) -> None:
    for path in (run.folder / "workflow").rglob("*"):
        os.utime(path)
    assert run.to_do() == {}


def test_a_comment_and_a_docstring_rerun_nothing(run: Run) -> None:
    edit(run, "training/finetune.py", "def finetune(", "# A comment.\n\n\ndef finetune(")
    edit(run, "example.py", "Read a table of examples whole.", "Read a whole table of examples.")
    assert run.to_do() == {}


def test_an_edited_function_of_training_reruns_training_and_what_follows(run: Run) -> None:
    edit(run, "training/finetune.py", "model.train()", "model.train(True)")
    jobs = run.to_do()
    assert jobs["finetune_and_evaluate"] == FINETUNES
    assert set(without(jobs, *REPORT)) == {
        "finetune_and_evaluate", "gather_observations", "fit_quality_rule", "rank", "select", "choose_arm", "compare",
    }  # fmt: skip


def test_an_edited_function_of_the_fit_reruns_the_fit_and_what_follows(run: Run) -> None:
    edit(run, "quality_rule/fit.py", "def main() -> None:", "UNUSED = 1\n\n\ndef main() -> None:")
    jobs = without(run.to_do(), *REPORT)
    assert jobs == {
        "fit_quality_rule": 1, "rank": 1, "select": 1, "choose_arm": SEEDS, "finetune_and_evaluate": SEEDS, "compare": 1,
    }  # fmt: skip


def test_another_learning_rate_tunes_again_and_scores_nothing(run: Run) -> None:
    config = run.config()
    config["training"]["learning_rate"] = 0.02
    run.set_config(config)
    jobs = run.to_do()
    assert jobs["finetune_and_evaluate"] == FINETUNES
    assert not [rule for rule in jobs if rule.startswith(("score", "import", "build", "sample", "subset", "prepare"))]


def test_another_batch_of_a_scorer_runs_that_scorer_and_no_training_of_subsets(run: Run) -> None:
    config = run.config()
    config["indicators"]["likelihood"]["batch_tokens"] = 128
    run.set_config(config)
    jobs = run.to_do()
    assert {rule: jobs[rule] for rule in jobs if rule.startswith("score")} == {"score_likelihood": 3}
    assert jobs["finetune_and_evaluate"] == ARMS * SEEDS


def test_one_more_subset_adds_its_chain_and_the_gathering_steps(run: Run) -> None:
    config = run.config()
    config["sampling"]["subsets"] += 1
    run.set_config(config)
    jobs = without(run.to_do(), *REPORT)
    follow_the_rule = {"rank": 1, "select": 1, "choose_arm": SEEDS, "compare": 1}
    assert jobs == {
        "sample_subset": 1, "subset_indicators": 1, "finetune_and_evaluate": 1 + SEEDS, "gather_observations": 1,
        "fit_quality_rule": 1, **follow_the_rule,
    }  # fmt: skip


def test_a_changed_file_of_the_same_size_reruns_its_import_and_what_follows(run: Run) -> None:
    path = run.folder / "data" / "new.jsonl"
    size, text = path.stat().st_size, path.read_text()
    path.write_text(text.replace("what is cat", "what is dog"))
    assert path.stat().st_size == size
    jobs = without(run.to_do(), *REPORT)
    assert jobs == {
        "import_source": 1, "build_pool_new": 1, "score_text": 1, "score_likelihood": 1, "score_embedding": 1,
        "gather_scores": 1, "rank": 1, "select": 1, "choose_arm": ARMS * SEEDS,
        "finetune_and_evaluate": ARMS * SEEDS, "compare": 1,
    }  # fmt: skip


def test_the_same_run_twice_gives_the_same_records(finished: Run, tmp_path: Path) -> None:
    again = finished.copy(tmp_path / "again")
    record = "results/training/tiny/000/seed1/record.json"
    done = again.snakemake("--force", record)
    assert done.returncode == 0, done.stderr
    first, second = (json.loads((run.folder / record).read_text()) for run in (finished, again))
    for whole in (first, second):
        del whole["timing"]
    assert first == second


def test_a_wrong_config_stops_before_any_job(run: Run) -> None:
    config = run.config()
    config["sampling"]["subest"] = 3
    run.set_config(config)
    done = run.snakemake()
    assert done.returncode != 0
    assert re.search(r"sampling\.subest: unknown key; did you mean subsets\?", done.stderr + done.stdout)
