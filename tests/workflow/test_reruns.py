"""Exactly the invalid jobs run again: given a finished run, when something changes, then these jobs and no others."""

import json
import os
import re
import shutil
from collections.abc import Callable
from itertools import filterfalse
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from instructmining.jobs.fingerprint import library
from instructmining.jobs.words import APART
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
    row.change(run)
    jobs = run.to_do(**row.variables)
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
    """Whether a function looks after the plan, tells which code was run, or only says something."""
    module, name = function
    return module.startswith("instructmining.jobs.") or name.partition(".")[0] in APART


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


def pairs(run: Run, version: int) -> str:
    """Pairs of responses."""
    rows = [{"prompt": f"what is {i}", "chosen": f"the red sky {version}", "rejected": f"sea {i}"} for i in range(20)]
    return "".join(json.dumps(row) + "\n" for row in rows)


def ids(run: Run, version: int) -> str:
    """The IDs of some examples of the pool `new`."""
    pool = pq.read_table(run.folder / "results/data/pools/new/000.parquet", columns=["id"])
    return "".join(f"{name}\n" for name in pool["id"].to_pylist()[: 5 + version])


def prompts(run: Run, version: int) -> str:
    """Prompts for a judge."""
    return json.dumps([{"instruction": f"tell me of {version} and {i}"} for i in range(3)])


def rule(run: Run, version: int) -> str:
    """The rule of another run."""
    return (run.folder / "results/quality_rule/tiny/rule.json").read_text() + " " * version


def function(run: Run, version: int) -> str:
    """An indicator that asks the module beside it."""
    (run.folder / "helper.py").write_text(f"def length(text):\n    return {version + 1} * len(text)\n")
    return "from helper import length\n\n\ndef long(examples):\n    return [length(e.response) for e in examples]\n"


JUDGE = {"base_url": "http://localhost:1/v1", "model": "m", "prompts": {"mine": {"path": "own.json"}}}
OWN_FILES: list[tuple[str, Callable[[Run, int], str], dict[str, Any], str, str]] = [
    (
        "own.jsonl", pairs, {"quality_rule__ratings": {"people": {"path": "own.jsonl"}}},
        "results/data/pools/people/deduplicated/000.parquet", "import_ratings_people",
    ),
    (
        "own.txt", ids, {"comparison": {"arms": ["random", "mine"], "lists": {"mine": "own.txt"}}},
        "results/comparison/tiny/new/arms/mine/seed0.parquet", "choose_arm",
    ),
    (
        "own.json", prompts, {"comparison": {"arms": ["random", "selected"], "judge": JUDGE}},
        "results/comparison/prompts.parquet", "gather_prompts",
    ),
    (
        "own_rule.json", rule, {"quality_rule": {"file": "own_rule.json"}},
        "results/quality_rule/tiny/rule.json", "take_quality_rule",
    ),
    (
        "own.py", function, {"indicators__custom__long": {"function": "own:long"}},
        "results/indicators/new/long/000.parquet", "score_long",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "keys", "target", "job"), OWN_FILES, ids=lambda value: str(value)[:20])
def test_a_file_of_the_users_is_told_by_its_content(
    run: Run, name: str, text: Callable[[Run, int], str], keys: dict[str, Any], target: str, job: str
) -> None:
    path = run.folder / name
    path.write_text(text(run, 0))
    set_keys(**keys)(run)
    done = run.snakemake(target)
    assert done.returncode == 0, done.stderr[-3000:]
    path.touch()
    assert run.to_do(target) == {}
    path.write_text(text(run, 1))
    os.utime(path, (1577836800, 1577836800))
    assert run.to_do(target) == {job: 1}


def test_a_table_of_scores_is_told_by_its_content(run: Run) -> None:
    pool = pq.read_table(run.folder / "results/data/pools/new/deduplicated/000.parquet", columns=["id"])
    table, target = run.folder / "own.parquet", "results/indicators/new/lookup/000.parquet"
    for value, jobs in ((1.0, {"score_lookup": 1}), (2.0, {"score_lookup": 1})):
        pq.write_table(pool.append_column("lookup", pa.array([value] * len(pool))), table)
        os.utime(table, (1577836800, 1577836800))
        set_keys(indicators__custom__lookup={"table": "own.parquet"})(run)
        assert run.to_do(target) == jobs
        assert run.snakemake(target).returncode == 0
    assert run.to_do(target) == {}


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
        "import_ratings_people": 1, **scored(1), "gather_scores": 1, "compare_with_people": 1, "figure_people": 1,
        "summarise": 1, "write_report": 1,
    }  # fmt: skip
