"""Exactly the invalid jobs run again: given a finished run, when something changes, then these jobs and no others."""

import json
import re
import shutil
from itertools import filterfalse
from pathlib import Path

import pytest

from instructmining.jobs.fingerprint import library
from instructmining.jobs.strip_words import APART
from tests.workflow.conftest import Run
from tests.workflow.rerun_rows import (
    FINETUNES,
    FOLLOW_THE_SCORES,
    REPORT,
    ROWS,
    TABLE,
    Row,
    scored,
    set_keys,
    table,
    table_of,
    without,
)

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.changed[:50])
def test_exactly_what_depends_on_a_change_runs_again(row: Row, run: Run) -> None:
    if row.before:
        row.before(run)
        done = run.snakemake(row.target)
        assert done.returncode == 0, done.stderr[-3000:]
        assert run.to_do(row.target) == {}
    row.change(run)
    jobs = run.to_do(row.target, **row.variables)
    if row.jobs:
        assert without(jobs, *REPORT) == row.jobs
    else:
        assert bool(jobs) == row.reports and without(jobs, *REPORT) == {}


def test_the_documentation_holds_the_rows_of_the_tests() -> None:
    assert table_of(TABLE.read_text()) == table(), "renew it: python -m tests.workflow.rerun_rows"


def test_every_function_that_a_job_ran_stands_in_the_fingerprint_of_its_command(finished: Run) -> None:
    code, ran = library(), finished.executed()
    assert len(ran) > 30, "as many commands as the run has"
    reached = {command: {(piece.module, piece.name) for piece in code.reached(command)} for command in ran}
    missed = {command: sorted(filterfalse(changes_no_result, ran[command] - reached[command])) for command in ran}
    assert missed == {command: [] for command in ran}


def changes_no_result(function: tuple[str, str]) -> bool:
    """Whether a function looks after the plan, tells which code was run or why it failed, or only says something."""
    module, name = function
    return module.startswith(("instructmining.jobs.", "instructmining.command")) or name.partition(".")[0] in APART


def test_whatever_result_is_missing_is_made_again_with_what_follows_so_that_a_failed_rerun_leaves_nothing_stale(
    run: Run,
) -> None:
    rules = run.made_by_rule()
    for output in rules.values():
        remove(run.folder / output)
    assert set(run.to_do()) == set(rules)


def remove(output: Path) -> None:
    """Take an output away, be it a file or a folder."""
    shutil.rmtree(output) if output.is_dir() else output.unlink()


@pytest.mark.parametrize(("scorer", "bring"), [("embedding", "prepare_model"), ("reward", "convert_model")])
def test_another_revision_of_an_indicators_model_runs_that_indicator_and_tunes_no_subset(
    run: Run, scorer: str, bring: str
) -> None:
    config = run.config()
    config["indicators"][scorer]["model"] = {"hub": "tiny/model", "revision": "a" * 40}
    run.set_config(config)
    assert run.snakemake("--touch").returncode == 0, "as if all had been made with it"
    assert run.to_do() == {}
    config["indicators"][scorer]["model"]["revision"] = "b" * 40
    run.set_config(config)
    assert without(run.to_do(), *REPORT) == {bring: 1, f"score_{scorer}": 3, **FOLLOW_THE_SCORES}


def test_another_base_model_runs_all_that_uses_it_and_no_data_stage(run: Run) -> None:
    shutil.copytree(run.folder / "models" / "llama", run.folder / "models" / "other")
    weights = run.folder / "models" / "other" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\1")
    set_keys(models__tiny__path="models/other")(run)
    jobs = run.to_do()
    assert jobs["finetune_and_evaluate"] == FINETUNES
    assert jobs["score_likelihood"] == jobs["score_text"] == 3
    assert not [rule for rule in jobs if rule.startswith(("import", "build", "dedup", "sample", "score_embedding"))]


def test_a_wrong_config_stops_before_any_job(run: Run) -> None:
    config = run.config()
    config["sampling"]["subest"] = 3
    run.set_config(config)
    done = run.snakemake()
    assert done.returncode != 0
    assert re.search(r"sampling\.subest: unknown key; did you mean subsets\?", done.stderr + done.stdout)


def test_a_job_whose_code_was_edited_after_the_start_stops_and_what_it_would_have_made_is_still_to_do(run: Run) -> None:
    """The indicator of one's own edits the code of the job after it, as someone may while a run goes on."""
    library, target = run.folder / "workflow" / "instructmining", "results/indicators/new/scores.parquet"
    module = library / "indicators" / "gather_scores.py"
    before = module.read_text()
    edited = before.replace("def main() -> None:\n", "def main() -> None:\n    edited = True\n", 1)
    assert edited != before
    (run.folder / "mine.py").write_text(
        f"from pathlib import Path\n\n\ndef brevity(examples):\n    Path({str(module)!r}).write_text({edited!r})\n"
        "    return [-len(e.response) for e in examples]\n"
    )
    done = run.snakemake(target)
    said = done.stdout + done.stderr
    assert done.returncode != 0
    assert "The code of instructmining.indicators.gather_scores was edited after this run was started." in said
    module.write_text(before)
    assert run.to_do(target) == {"gather_scores": 1}
    assert run.snakemake(target, "--rerun-incomplete").returncode == 0


def test_links_to_a_models_folder_that_was_moved_are_renewed_when_a_run_starts(run: Run) -> None:
    shutil.move(run.folder / "models" / "encoder", run.folder / "models" / "moved")
    set_keys(indicators__embedding={"model": {"path": "models/moved"}})(run)
    assert run.to_do() == {}
    (run.folder / "results" / "summary.txt").unlink()
    run.finish()
    assert (run.folder / "results" / "models" / "embedding" / "model.safetensors").is_file()


def test_ratings_are_imported_and_scored_and_compared_and_nothing_else_runs(run: Run) -> None:
    pairs = [{"prompt": f"what is {i}", "chosen": "the red sky", "rejected": f"sea {i}"} for i in range(20)]
    (run.folder / "data" / "pairs.jsonl").write_text("".join(json.dumps(pair) + "\n" for pair in pairs))
    config = run.config()
    config["quality_rule"]["ratings"] = {"people": {"path": "data/pairs.jsonl"}}
    run.set_config(config)
    assert run.to_do() == {
        "import_ratings_people": 1, "add_up_data": 1, **scored(1), "gather_scores": 1, "compare_with_people": 1, "figure_people": 1,
        "summarise": 1, "write_report": 1,
    }  # fmt: skip
