"""The jobs of every kind of comparison, counted by a dry run before anything has run."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from instructmining.comparison.arm_kinds import ARMS, length_matched_arms
from tests.workflow.conftest import Run, lay_out

pytestmark = pytest.mark.slow

SUBSET_RUNS, SEEDS = 7, 2


@pytest.fixture
def fresh(tmp_path: Path, tiny_tokenizer: Any) -> Run:
    """A working directory in which nothing has run."""
    lay_out(tmp_path, tiny_tokenizer)
    return Run(tmp_path)


def test_every_arm_is_tuned_as_often_as_asked_with_as_many_tokens(fresh: Run) -> None:
    arms = {
        "arms": [*ARMS, *length_matched_arms()],
        "seeds": SEEDS,
        "more_seeds": {"selected": 3},
        "match": "tokens",
        "tokens": 300,
    }
    aimed = {"similarity": {}, "influence": {"model": "tiny", "dtype": "fp32"}}
    config = fresh.config()
    fresh.set_config(config | {"comparison": arms, "indicators": config["indicators"] | aimed})
    jobs, runs = fresh.to_do(), len(arms["arms"]) * SEEDS + 1
    assert jobs["choose_arm"] == jobs["match_tokens"] == jobs["finetune_and_evaluate_arm"] == runs
    assert jobs["finetune_and_evaluate"] == SUBSET_RUNS


def test_a_searched_size_is_one_job_and_a_curve_has_two_arms_at_each_size_tuned_in_two_ways(fresh: Run) -> None:
    sizes = {"arms": ["selected", "random"], "seeds": SEEDS, "sizes": [5, 10, 20], "steps": 4}
    selection = {"search": {"low": 4, "high": 20, "trials": 3}, "fallback": "rule"}
    fresh.set_config(fresh.config() | {"comparison": sizes, "selection": selection})
    jobs = fresh.to_do()
    assert jobs["search_size"] == jobs["compare_sizes"] == jobs["figure_sizes"] == jobs["add_up_cost"] == 1
    assert jobs["choose_arm"] == 2 * SEEDS + 2 * 3 * SEEDS
    assert jobs["finetune_and_evaluate"] == SUBSET_RUNS + 2 * SEEDS + 2 * 2 * 3 * SEEDS


@pytest.mark.parametrize(("match", "steps"), [("steps", 7), ("examples", None)])
def test_the_size_is_searched_at_the_steps_of_arms_that_are_matched_by_them(
    fresh: Run, match: str, steps: int | None
) -> None:
    changes = {
        "comparison": {"match": match, "steps": 7, "seeds": SEEDS},
        "selection": {"search": {"low": 4, "high": 9}, "fallback": "rule"},
    }
    fresh.set_config(fresh.config() | changes)
    size = "results/selection/tiny/new/size.json"
    command = fresh.snakemake("--dry-run", "--printshellcmds", size).stdout.split("selection.search_size")[-1]
    training = re.search(r"--training '(\{.*?\})' --ranking", command)
    assert training and json.loads(training[1]).get("steps") == steps


def test_an_arm_of_ones_own_is_tuned_on_the_steps_of_the_config_whatever_its_name(fresh: Run) -> None:
    own = {f"my-{kept}": "ids.txt" for kept in ("epochs", "steps")}
    (fresh.folder / "ids.txt").write_text("an ID\n")
    config = fresh.config() | {"comparison": {"arms": ["random", *own], "lists": own, "seeds": SEEDS}}
    fresh.set_config(config | {"training": config["training"] | {"steps": 7}})
    for arm in own:
        record = f"results/training/tiny/new.{arm}/seed0/record.json"
        commands = fresh.snakemake("--dry-run", "--printshellcmds", record).stdout
        assert re.search(rf"--run new\.{arm} .*\"steps\": 7\b", commands), commands[-3000:]


def test_a_length_matched_arm_is_chosen_with_the_draw_of_the_baseline_for_its_seed(fresh: Run) -> None:
    fresh.set_config(fresh.config() | {"comparison": {"arms": ["random", "selected~length"], "seeds": SEEDS}})
    arms = "results/comparison/tiny/new/arms"
    commands = fresh.snakemake("--dry-run", "--printshellcmds", f"{arms}/selected~length/seed1.parquet").stdout
    assert re.search(rf"--arm 'selected~length' .* --baseline {arms}/random/seed1\.parquet ", commands), commands[
        -3000:
    ]
