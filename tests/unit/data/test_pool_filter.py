"""Which examples a pool keeps, and the reasons for the others."""

from instructmining.data.contamination import EvalPrompts
from instructmining.data.near_duplicates import NearDuplicate
from instructmining.data.pool_filter import PoolFilter
from instructmining.data.settings import Pool
from tests.unit.data.made import example


def test_an_example_is_dropped_for_one_reason_equality_before_likeness_before_eval_sets() -> None:
    prompts, first, near = EvalPrompts(), example("One?"), example("One, please?")
    for item in (first, near):
        prompts.add("test", item)
    pool = PoolFilter(Pool(sources=["a"]), prompts, {int(near.id, 16): NearDuplicate(first.id, "a", 0.9)})
    assert [pool.keep(item) for item in (first, near, first, near)] == [False] * 4
    assert pool.counts["a"].dropped == {
        "contaminated": 1, "near duplicate within its source": 1, "duplicate within its source": 2,
    }  # fmt: skip
    assert pool.near_duplicates == [
        {"id": near.id, "source": "a", "kept": first.id, "kept_source": "a", "similarity": 0.9}
    ]


def test_of_equal_overlaps_the_first_eval_set_by_name_is_told() -> None:
    prompts, item = EvalPrompts(), example("One?")
    for name in ("test", "fit"):
        prompts.add(name, item)
    pool = PoolFilter(Pool(sources=["a"]), prompts, {})
    assert not pool.keep(item) and pool.contaminated[0]["eval_set"] == "fit"
