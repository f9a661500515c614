"""The rule is tried on selections before one is made: what is added to a finished run, and what it leaves."""

import json
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.workflow.conftest import Run

pytestmark = pytest.mark.slow

ADDED = {"rank_by_rule": 2, "validate": 2, "join_choices": 1, "fit_quality_rule_again": 1, "decide": 1}
RESULTS = "results/validation/tiny/new"


@pytest.fixture
def asked(run: Run) -> Run:
    """A finished run whose config now asks for two rounds, with choices as large as the arms."""
    values = run.config()
    values["validation"] = {"choices": ["random", "longest"], "sources": True, "rounds": 2}
    values["selection"] = {"examples": values["sampling"]["examples"]}
    run.set_config(values)
    return run


def read(run: Run, path: str) -> Any:
    """A result of a run."""
    return json.loads((run.folder / path).read_text())


def test_choices_are_tuned_once_and_the_selection_follows_the_decision(asked: Run) -> None:
    planned = asked.to_do()
    # Choices that are arms too are tuned on once: two seeds of three arms of a new size, the rule's own of each round, and
    # a draw from the only source.
    assert {name: planned.get(name) for name in [*ADDED, "finetune_and_evaluate"]} == {
        **ADDED,
        "finetune_and_evaluate": 3 * 2 + 2 + 1,
    }
    assert not {name for name in planned if name.startswith(("score", "import", "sample", "subset", "fit_quality_rule"))} - set(ADDED)  # fmt: skip
    asked.finish()
    assert asked.to_do() == {}
    first, last = (read(asked, f"{RESULTS}/{number}/validation.json")["choices"] for number in (1, 2))
    assert [each["choice"] for each in first] == ["ruled_1", "random", "longest", "from_new"]
    assert [each["choice"] for each in last] == ["ruled"]
    joined = pq.read_table(asked.folder / RESULTS / "2" / "observations.parquet")
    assert joined["subset"].to_pylist()[-4:] == [f"new.{name}" for name in ("ruled_1", "random", "longest", "from_new")]
    check_order(asked)


def check_order(run: Run) -> None:
    """The selection is the first of the order that was decided on."""
    by = read(run, "results/selection/tiny/new/decision.json")["by"]
    selected = set(arm_ids(run, "selected"))
    ranking = pq.read_table(run.folder / "results/selection/tiny/new/ranking.parquet")
    assert selected == set(ranking["id"].to_pylist()[:12])
    if by in ("longest", "rule"):
        assert selected == set(arm_ids(run, "longest" if by == "longest" else "ruled"))


def arm_ids(run: Run, arm: str) -> list[str]:
    """The examples of the first seed of an arm."""
    ids: list[str] = pq.read_table(run.folder / f"results/comparison/tiny/new/arms/{arm}/seed0.parquet")[
        "id"
    ].to_pylist()
    return ids


def test_a_named_fallback_is_what_is_selected_where_the_rule_is_refused(asked: Run) -> None:
    values = asked.config()
    values["validation"], values["selection"]["fallback"] = None, "longest"
    asked.set_config(values)
    assert asked.to_do("results/selection/tiny/new/ranking.parquet") == {"decide": 1, "rank": 1}
    done = asked.snakemake("results/selection/tiny/new/ranking.parquet")
    assert done.returncode == 0, done.stderr
    ranking = pq.read_table(asked.folder / "results/selection/tiny/new/ranking.parquet")
    lengths = ranking["len_out"].to_pylist()
    # Six subsets are too few to test whether two indicators add to the shares of three sources.
    assert read(asked, "results/selection/tiny/new/decision.json")["by"] == "longest"
    assert lengths == sorted(lengths, reverse=True)
