"""Arms are chosen from a small pool by hand-made scores and points."""

import math

import numpy as np
import pyarrow as pa
import pytest
from scipy.spatial.distance import cdist

from instructmining.command import UserError
from instructmining.comparison.arm_kinds import ARMS
from instructmining.comparison.arms import CHOICES, apart, choose, k_centres
from instructmining.selection.orders import Draw, Pool

IDS = ["d", "b", "a", "c", "e"]
SCORES = pa.table(
    {
        "id": IDS,
        "len_out": [9.0, 9.0, 1.0, 9.0, 2.0],
        "ppl": [5.0, 2.0, 9.0, 2.0, 4.0],
        "reward": [-1.0, 0.5, 3.0, -2.0, 0.5],
        "ifd": [1.2, 0.9, 0.5, 1.1, 0.7],
        "influence": [0.1, -0.2, 0.3, 0.1, 0.0],
        "similarity": [0.0, 0.9, 0.1, 0.9, 0.9],
        "source": ["x", "y", "x", "y", "x"],
    }
)
CIRCLE = np.array([[math.cos(angle), math.sin(angle)] for angle in (0.0, 0.1, 2.0, 2.05, 4.0)])


def arm(name, size=2, seeds=(0, 0), **pool):
    return choose(name, Pool(SCORES, **pool), Draw(size, seeds, max_cosine=0.99))


def test_every_arm_of_the_table_has_a_choice():
    assert list(CHOICES) == list(ARMS)


def test_selected_are_the_first_of_the_ranking_in_order_of_id():
    assert arm("selected", 3) == ["a", "b", "d"]


def test_a_length_matched_arm_takes_the_best_of_each_length_and_the_size_of_the_baseline():
    assert arm("selected~length", 4, baseline=("a", "b", "c")) == ["a", "b", "d"]
    assert arm("ifd~length", baseline=("b", "e")) == ["b", "e"]
    assert arm("reward_only~length", baseline=("c", "e")) == ["b", "e"]


@pytest.mark.parametrize("name", [name for name, kind in ARMS.items() if kind.ordered])
def test_an_ordered_arm_is_the_first_of_its_order_whatever_the_size(name):
    assert [set(arm(name, size)) < set(arm(name, size + 1)) for size in range(5)] == [True] * 5


def test_longest_breaks_ties_by_id():
    assert arm("longest") == ["b", "c"]


def test_shortest_ppl_has_the_lowest_perplexity():
    assert arm("shortest_ppl", 3) == ["b", "c", "e"]


def test_reward_only_has_the_highest_reward():
    assert arm("reward_only") == ["a", "b"]


def test_ifd_takes_the_highest_below_one_first_and_those_above_last():
    assert arm("ifd") == ["b", "e"]
    assert arm("ifd", 4) == ["a", "b", "c", "e"]


def test_aimed_arms_take_the_highest_with_ties_in_order_of_id():
    assert (arm("influence"), arm("similar")) == (["a", "c"], ["b", "c"])


def test_diverse_takes_one_of_each_cluster():
    cluster = {"d": 0, "b": 0, "a": 1, "c": 1, "e": 2}
    assert {cluster[name] for name in arm("diverse", 3, embeddings=CIRCLE)} == {0, 1, 2}


def test_each_centre_is_the_point_farthest_from_all_before_it():
    points = np.random.default_rng(0).normal(size=(30, 4))
    centres = k_centres(points, 6)
    for number in range(1, 6):
        distances = cdist(points, points[centres[:number]]).min(axis=1)
        assert distances[centres[number]] == pytest.approx(distances.max())


def test_of_equal_points_each_is_a_centre_once():
    assert sorted(k_centres(np.ones((4, 2)), 4)) == [0, 1, 2, 3]


def test_selected_diverse_keeps_the_order_of_the_rule_and_passes_over_what_is_too_near():
    assert apart(CIRCLE, 3, 0.99) == [0, 2, 4]
    assert arm("selected_diverse", 2, embeddings=CIRCLE) == ["a", "d"]


def test_too_few_examples_that_are_apart_are_said():
    with pytest.raises(ValueError, match=r"only 3 of 5 examples have a cosine of at most 0\.99 .* 4 are needed"):
        apart(CIRCLE, 4, 0.99)


def test_full_is_all_whatever_the_size():
    assert arm("full") == sorted(IDS)


def test_untuned_has_no_example():
    assert arm("untuned") == []


def test_a_list_is_taken_as_it_is_whatever_the_size():
    assert arm("mine", 1, listed=("e", "a", "b")) == ["a", "b", "e"]


@pytest.mark.parametrize("listed", [("a", "x"), ("a", "a"), ()])
def test_a_list_that_does_not_fit_the_pool_is_refused(listed):
    with pytest.raises(ValueError, match=rf"list mine: found {len(listed)} IDs, .* not in the pool"):
        arm("mine", listed=listed)


def test_an_indicator_that_is_no_number_chooses_no_arm():
    broken = SCORES.set_column(2, "ppl", pa.array([1.0, None, 2.0, 3.0, 4.0]))
    with pytest.raises(ValueError, match="'ppl' has no finite value in 1 of 5 rows"):
        choose("shortest_ppl", Pool(broken), Draw(2))


def test_random_is_the_same_draw_for_the_same_seeds_and_another_for_others():
    draws = {tuple(arm("random", 3, (config, seed))) for config in range(5) for seed in range(5)}
    assert arm("random", 3, (0, 1)) == arm("random", 3, (0, 1))
    assert len(draws) > 5


def test_random_does_not_depend_on_the_ranking():
    assert arm("random") == choose("random", Pool(SCORES.sort_by("id")), Draw(2))


def test_random_draws_no_example_twice():
    assert arm("random", 5) == sorted(IDS)


def test_a_draw_from_one_source_is_as_large_as_asked_or_all_of_it():
    assert set(arm("from_x")) < {"d", "a", "e"}
    assert len(arm("from_x")) == 2
    assert arm("from_y", 4) == ["b", "c"]
    assert len({tuple(arm("from_x", seeds=(0, seed))) for seed in range(20)}) == 3


def test_a_source_without_examples_gives_no_draw():
    with pytest.raises(UserError, match=r"from_z: the pool has no example of the source 'z'"):
        arm("from_z")
