"""Names in a config that do not go together; what is said in full is in test_config."""

from instructmining.config_names import name_problems
from instructmining.data.settings import EvalSet, Pool


def test_names_that_are_right_have_no_problem() -> None:
    pools, eval_sets = {"new": Pool(sources=["a", "b"])}, {"test": EvalSet(sources=["c"], role="test")}
    assert name_problems(pools, eval_sets, ["tiny"], ["people"], ["mine"]) == []


def test_a_source_is_in_a_pool_once() -> None:
    (problem,) = name_problems({"new": Pool(sources=["a", "b", "a", "a"])}, {}, [], [], [])
    assert problem == "pools.new.sources: 'a' appears 3 times; name each source once"


def test_a_name_is_short_enough_for_the_files_that_are_named_after_it() -> None:
    problems = name_problems({"new": Pool(sources=["s" * 81])}, {}, ["m" * 80], ["r" * 300], [])
    assert [problem.partition(";")[0] for problem in problems] == [
        f"quality_rule.ratings: {'r' * 20}... has 300 characters",
        f"pools.new.sources: {'s' * 20}... has 81 characters",
    ]
