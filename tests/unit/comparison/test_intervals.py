"""Intervals and p-values beside those of scipy."""

import numpy as np
import pytest
from scipy import stats

from instructmining.comparison.intervals import LossDifferences, holm, over_both, over_examples, over_seeds, p_value
from tests.unit.comparison.made import BASE, TOKENS


def test_the_interval_over_seeds_is_that_of_a_t_test():
    values = [0.1, 0.3, 0.25, 0.05]
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.9)
    found = over_seeds(values, 0.9)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


def test_the_bootstrap_interval_covers_the_truth_about_as_often_as_it_says():
    rng, tokens = np.random.default_rng(1), np.full(60, 20.0)
    intervals = [over_examples([LossDifferences(rng.normal(2.0, 5.0, (1, 60)), tokens)], 0.9) for _ in range(100)]
    assert 80 <= sum(low <= 0.1 <= high for low, high in intervals) <= 98


def test_the_bootstrap_interval_is_the_same_every_time():
    differences = [LossDifferences(np.array([BASE - BASE.mean()]), TOKENS.astype(float))] * 2
    assert over_examples(differences, 0.95) == over_examples(differences, 0.95)
    assert over_both(differences, 0.95) == over_both(differences, 0.95)


def test_over_both_is_the_bootstrap_over_seeds_where_all_examples_are_alike():
    seeds = np.random.default_rng(2).normal(size=12)
    found = over_both([LossDifferences(np.repeat(seeds[:, None], 30, axis=1), np.ones(30))], 0.9)
    expected = stats.bootstrap((seeds,), np.mean, confidence_level=0.9, method="percentile", n_resamples=9999, rng=0)
    assert found == pytest.approx((expected.confidence_interval.low, expected.confidence_interval.high), abs=0.05)


def test_over_both_is_the_bootstrap_over_examples_where_all_seeds_are_alike():
    differences = [LossDifferences(np.tile(np.random.default_rng(3).normal(size=50), (4, 1)), np.ones(50))]
    assert over_both(differences, 0.9) == pytest.approx(over_examples(differences, 0.9), abs=0.03)


def test_over_both_covers_the_truth_about_as_often_as_it_says_with_many_seeds():
    rng, tokens = np.random.default_rng(4), np.ones(40)
    draws = [rng.normal(size=(20, 1)) + 2 * rng.normal(size=40) + rng.normal(size=(20, 40)) for _ in range(100)]
    intervals = [over_both([LossDifferences(draw, tokens)], 0.9) for draw in draws]
    assert 80 <= sum(low <= 0 <= high for low, high in intervals) <= 98


def test_holms_correction_is_that_of_its_definition():
    assert holm([0.01, None, 0.04, 0.03]) == pytest.approx([0.03, None, 0.06, 0.06])
    assert holm([None]) == [None]


def test_the_p_value_is_that_of_scipys_differences_t_test():
    one, other = np.random.default_rng(5).normal(size=(2, 6))
    assert p_value((one - other).tolist()) == pytest.approx(stats.ttest_rel(one, other).pvalue)
    assert p_value([0.5, 0.5]) is None


def test_eval_sets_count_equally_in_the_bootstrap_whatever_their_size():
    sets = [LossDifferences(np.full((2, n), value), np.ones(n)) for n, value in ((5, 1.0), (500, 3.0))]
    assert over_examples(sets, 0.95) == (2.0, 2.0)
    assert over_both(sets, 0.95) == (2.0, 2.0)
