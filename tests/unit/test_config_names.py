"""Names in a config that do not go together; what is said in full is in test_config."""

from instructmining.config_names import name_problems
from instructmining.data.settings import EvalSet, Pool


def test_names_that_are_right_have_no_problem() -> None:
    pools, eval_sets = {"new": Pool(sources=["a", "b"])}, {"test": EvalSet(sources=["c"], role="test")}
    assert name_problems(pools, eval_sets, ["tiny"], ["people"], ["mine"]) == []


def test_a_source_is_in_a_pool_once() -> None:
    (problem,) = name_problems({"new": Pool(sources=["a", "b", "a", "a"])}, {}, [], [], [])
    assert problem == "pools.new.sources: 'a' appears 3 times; name each source once"
