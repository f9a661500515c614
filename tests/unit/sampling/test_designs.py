"""Subsets drawn by scores: what they are drawn from, and that they spread."""

import numpy as np
import pytest
from scipy import stats

from instructmining.sampling.designs import d_optimal, draw_by_scores, normal_scores, stratum, tilted
from instructmining.sampling.settings import Sampling

VALUES = np.random.default_rng(0).lognormal(size=(2000, 3))


def settings(scheme: str, **values: object) -> Sampling:
    return Sampling.model_validate({"scheme": scheme, "indicators": ["a", "b", "c"], "examples": 50, **values})


def subset_means(sampling: Sampling, subsets: int) -> np.ndarray:
    """Means of the normal scores over each subset. (subsets, indicators)"""
    scores = normal_scores(VALUES)
    return np.array(
        [scores[draw_by_scores(VALUES, sampling, number, seed=0)].mean(axis=0) for number in range(subsets)]
    )


def test_normal_scores_are_those_of_van_der_waerden() -> None:
    assert normal_scores(np.array([[30.0], [10.0], [20.0]]))[:, 0] == pytest.approx(stats.norm.ppf([0.75, 0.25, 0.5]))


def test_normal_scores_do_not_see_how_far_out_an_extreme_is() -> None:
    assert (normal_scores(np.array([[1.0], [2.0], [3.0]])) == normal_scores(np.array([[1.0], [2.0], [1e9]]))).all()


@pytest.mark.parametrize("scheme", ["stratified", "tilted", "d_optimal"])
def test_a_subset_holds_no_example_twice_and_depends_on_its_number_and_the_seed_alone(scheme: str) -> None:
    drawn = draw_by_scores(VALUES, settings(scheme, subsets=10), 3, seed=0)
    assert len(set(drawn)) == 50
    assert (drawn == draw_by_scores(VALUES, settings(scheme, subsets=200), 3, seed=0)).all()
    assert set(drawn) != set(draw_by_scores(VALUES, settings(scheme), 4, seed=0))
    assert set(drawn) != set(draw_by_scores(VALUES, settings(scheme), 3, seed=1))


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
        draw_by_scores(VALUES, settings("stratified", examples=500), 0, seed=0)
