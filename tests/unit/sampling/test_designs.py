"""Subsets drawn by scores: what they are drawn from, and that they spread."""

import numpy as np
import pytest
from scipy import stats

from instructmining.sampling.designs import (
    d_optimal,
    draw_by_scores,
    normal_scores,
    selection_weights,
    stratum,
    tilted,
    top_by_weights,
)
from instructmining.sampling.settings import Sampling

VALUES = np.random.default_rng(0).lognormal(size=(2000, 3))
SOURCES = np.repeat(np.array(["a", "b"], dtype=object), 1000)


def settings(scheme: str, **values: object) -> Sampling:
    return Sampling.model_validate({"scheme": scheme, "indicators": ["a", "b", "c"], "examples": 50, **values})


def subset_means(sampling: Sampling, subsets: int) -> np.ndarray:
    """Means of the normal scores over each subset. (subsets, indicators)"""
    scores = normal_scores(VALUES)
    return np.array(
        [scores[draw_by_scores(VALUES, SOURCES, sampling, number, seed=0)].mean(axis=0) for number in range(subsets)]
    )


def test_normal_scores_are_those_of_van_der_waerden() -> None:
    assert normal_scores(np.array([[30.0], [10.0], [20.0]]))[:, 0] == pytest.approx(stats.norm.ppf([0.75, 0.25, 0.5]))


def test_normal_scores_do_not_see_how_far_out_an_extreme_is() -> None:
    assert (normal_scores(np.array([[1.0], [2.0], [3.0]])) == normal_scores(np.array([[1.0], [2.0], [1e9]]))).all()


@pytest.mark.parametrize("scheme", ["stratified", "within", "tilted", "d_optimal", "selections"])
def test_a_subset_holds_no_example_twice_and_depends_on_its_number_and_the_seed_alone(scheme: str) -> None:
    drawn = draw_by_scores(VALUES, SOURCES, settings(scheme, subsets=10), 3, seed=0)
    assert len(set(drawn)) == 50
    assert (drawn == draw_by_scores(VALUES, SOURCES, settings(scheme, subsets=200), 3, seed=0)).all()
    assert set(drawn) != set(draw_by_scores(VALUES, SOURCES, settings(scheme), 4, seed=0))
    assert set(drawn) != set(draw_by_scores(VALUES, SOURCES, settings(scheme), 3, seed=1))


def test_the_outermost_twentieth_at_each_end_counts_alike() -> None:
    scores = normal_scores(np.arange(100.0)[:, None])[:, 0]
    assert scores[:5].tolist() == [stats.norm.ppf(0.05)] * 5
    assert len(set(scores)) == 92  # ranks 6 to 95 of 100 stay apart; 5/101 and 96/101 are outside the limits


def test_inside_a_source_a_tilt_prefers_one_end_and_leaves_the_proportions_alone() -> None:
    """The second source has much larger values; its share is that of a Dirichlet draw, 1/2 on average, all the same."""
    values = np.concatenate([np.arange(500.0), np.arange(500.0) + 1e6])[:, None]
    sources = np.repeat(np.array(["a", "b"], dtype=object), 500)
    sampling = Sampling(scheme="within", indicators=["ppl"], examples=100, tilt=1.0)
    draws = [draw_by_scores(values, sources, sampling, number, seed=0) for number in range(200)]
    shares = np.array([(draw >= 500).mean() for draw in draws])
    places = np.array([(draw % 500).mean() / 499 for draw in draws])
    assert shares.mean() == pytest.approx(0.5, abs=0.06)
    assert abs(places - 0.5).min() > 0.1
    assert np.corrcoef(shares, places)[0, 1] == pytest.approx(0, abs=0.15)


def test_selections_begin_with_each_indicator_alone_both_ways_and_go_on_with_weights_that_sum_to_one() -> None:
    weights = [selection_weights(2, number, np.random.default_rng(number)).tolist() for number in range(5)]
    assert weights[:4] == [[1, 0], [-1, 0], [0, 1], [0, -1]]
    assert np.abs(weights[4]).sum() == pytest.approx(1)


def test_a_selection_is_the_top_by_its_indicator_with_the_extremes_drawn_by_lot() -> None:
    values = np.column_stack([np.arange(100.0), np.zeros(100)])
    highest, others = (top_by_weights(normal_scores(values), 3, 0, np.random.default_rng(i)) for i in (0, 1))
    assert (values[highest, 0] >= 94).all()
    assert set(highest) != set(others)


def test_the_first_subsets_can_be_selections_and_the_others_of_another_scheme() -> None:
    mixed, alone = settings("within", selections=2), settings("selections")
    assert (draw_by_scores(VALUES, SOURCES, mixed, 1, 0) == draw_by_scores(VALUES, SOURCES, alone, 1, 0)).all()
    assert set(draw_by_scores(VALUES, SOURCES, mixed, 2, 0)) != set(draw_by_scores(VALUES, SOURCES, alone, 2, 0))


def test_strata_take_the_indicators_in_turn_and_then_the_next_share_of_each() -> None:
    values = np.column_stack([np.arange(10), -np.arange(10)])
    assert stratum(values, 5, 0).tolist() == [0, 1]
    assert stratum(values, 5, 1).tolist() == [9, 8]
    assert stratum(values, 5, 2).tolist() == [2, 3]


def test_a_tilt_weights_the_first_example_drawn_by_exp_of_its_score() -> None:
    """One draw of one example from scores -1, 0, 1 along a line: probabilities are a softmax of tilt * score * +-1."""
    scores, weights = np.array([[-1.0], [0.0], [1.0]]), np.exp(1.5 * np.array([-1.0, 0.0, 1.0]))
    share = np.bincount([tilted(scores, 1, 1.5, np.random.default_rng(i))[0] for i in range(4000)]) / 4000
    assert share == pytest.approx((weights + weights[::-1]) / 2 / weights.sum(), abs=0.02)


def test_stronger_tilts_spread_the_means_further() -> None:
    spreads = [subset_means(settings("tilted", tilt=tilt), 60).std() for tilt in (0.5, 1.0, 2.0)]
    assert spreads == sorted(spreads)
    assert spreads[-1] > 5 / np.sqrt(50)  # five times what uniform draws of 50 give


def test_d_optimal_takes_the_corners_of_a_square() -> None:
    """For a linear model on a grid the D-optimal points are the corners (Atkinson et al. 2007, ch. 11)."""
    grid = np.array([(x, y) for x in np.linspace(-1, 1, 5) for y in np.linspace(-1, 1, 5)])
    assert {tuple(grid[i]) for i in d_optimal(grid, 4)} == {(-1, -1), (-1, 1), (1, -1), (1, 1)}


def test_a_d_optimal_design_tells_more_than_as_many_tilted_subsets() -> None:
    chosen, drawn = (subset_means(settings(scheme), 8) for scheme in ("d_optimal", "tilted"))
    assert np.linalg.det(np.cov(chosen.T)) > np.linalg.det(np.cov(drawn.T))


def test_too_few_candidates_are_said_with_both_numbers() -> None:
    with pytest.raises(ValueError, match="needs 500 examples, but there are 400"):
        draw_by_scores(VALUES, SOURCES, settings("stratified", examples=500), 0, seed=0)
