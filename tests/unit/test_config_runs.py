"""What a config asks to be tuned, and how."""

from typing import Any

from instructmining.config import Config
from instructmining.config_runs import all_runs, choice_runs, replicated_runs, search_training, subset_runs, training_of
from instructmining.training.run import RunName
from tests.workflow.conftest import CONFIG


def config(**changes: Any) -> Config:
    return Config.model_validate(CONFIG | changes)


OWN = config(
    training={"epochs": 2, "steps": 7},
    comparison={"arms": ["selected", "random", "my-epochs", "my-steps"], "lists": {"my-epochs": "a", "my-steps": "b"}, "sizes": [4, 8], "steps": 5},
)  # fmt: skip


def test_an_arm_of_ones_own_is_tuned_as_the_config_says_whatever_its_name() -> None:
    for arm in ("my-epochs", "my-steps"):
        assert training_of(OWN, RunName(pool="new", arm=arm)) == OWN.training


def test_along_a_curve_epochs_or_steps_are_kept() -> None:
    steps = {kept: training_of(OWN, RunName.read(f"new.random@8-{kept}")).steps for kept in ("epochs", "steps")}
    assert steps == {"epochs": None, "steps": 5}


def test_arms_are_matched_by_steps_and_subsets_are_not() -> None:
    matched = config(comparison={"match": "steps", "steps": 9})
    assert training_of(matched, RunName.read("new.full")).steps == 9
    assert training_of(matched, RunName("000")).steps is None


def test_the_size_is_searched_at_the_steps_of_the_arms_if_these_are_matched_by_steps() -> None:
    search = {"search": {"low": 4, "high": 12}}
    matched = config(selection=search, comparison={"match": "steps", "steps": 9})
    assert search_training(matched) == training_of(matched, RunName.read("new.selected"))
    assert search_training(matched).steps == 9


def test_with_equal_examples_the_size_is_searched_as_training_says() -> None:
    plain = config(selection={"search": {"low": 4, "high": 12}}, comparison={"match": "examples", "steps": 9})
    assert search_training(plain) == plain.training


def test_the_first_subsets_are_replicated() -> None:
    runs = subset_runs(config(sampling={"subsets": 5, "examples": 12, "replicated": 1, "seeds": 2}))
    assert [(str(run), seed) for run, seed in runs] == [("000", 0), ("000", 1), *((f"{i:03}", 0) for i in range(1, 5))]


def test_replicated_are_the_subsets_with_several_seeds() -> None:
    sampling = {"subsets": 5, "examples": 12, "replicated": 2, "seeds": 2}
    found = [(str(run), seed) for run, seed in replicated_runs(config(sampling=sampling))]
    assert found == [("000", 0), ("000", 1), ("001", 0), ("001", 1)]
    assert replicated_runs(config(sampling=sampling | {"seeds": 1})) == []


def test_all_runs_are_those_on_subsets_and_on_arms_of_what_is_selected_from() -> None:
    found = [str(run) for run, _ in all_runs(OWN)]
    assert len(found) == len(subset_runs(OWN)) + 4 * 3 + 2 * 2 * 2 * 3
    assert {run.pool for run, _ in all_runs(OWN)} == {"", "new"}


def test_choices_are_as_large_as_subsets_and_tuned_as_they_are() -> None:
    runs = choice_runs(config(validation={"choices": ["random"], "seeds": 2}), "new", 1)
    assert [(str(run), seed) for run, seed in runs] == [(f"new.{arm}@12", seed) for arm in ("ruled", "random") for seed in (0, 1)]  # fmt: skip
    assert training_of(config(comparison={"match": "steps", "steps": 9}), runs[0][0]).steps is None


def test_where_arms_are_that_too_choices_are_the_runs_on_arms() -> None:
    alike = config(validation={"choices": ["random"]}, selection={"examples": 12})
    assert [str(run) for run, _ in choice_runs(alike, "new", 1)] == ["new.ruled", "new.random"]
    assert len(all_runs(alike)) == len(set(all_runs(alike)))


def test_in_later_rounds_only_the_rules_own_choice_is_tried() -> None:
    rounds = config(validation={"choices": ["random"], "rounds": 3})
    found = [[run.arm for run, _ in choice_runs(rounds, "new", number)] for number in (1, 2, 3)]
    assert found == [["ruled_1", "random"], ["ruled_2"], ["ruled"]]


def test_all_that_the_indicators_give_is_tried_unless_choices_are_named() -> None:
    arms = [run.arm for run, _ in choice_runs(config(validation={}), "new", 1)]
    assert arms == ["ruled", "random", "longest", "shortest_ppl", "reward_only", "ifd"]


def test_each_source_of_the_pool_is_tried_in_the_first_round_if_asked_for() -> None:
    asked = config(validation={"choices": [], "sources": True, "rounds": 2})
    names = [f"from_{source}" for source in CONFIG["pools"]["new"]["sources"]]
    assert [run.arm for run, _ in choice_runs(asked, "new", 1)] == ["ruled_1", *names]
    assert [run.arm for run, _ in choice_runs(asked, "new", 2)] == ["ruled"]


def test_a_rule_that_is_adopted_is_not_tried() -> None:
    assert choice_runs(config(validation={}, quality_rule={"file": "README.md"}), "new", 1) == []
