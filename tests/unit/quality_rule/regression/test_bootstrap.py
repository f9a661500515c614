"""Bootstrap intervals, against scipy's."""

import numpy as np
import pytest
from scipy import stats

from instructmining.quality_rule.regression.bootstrap import interval_over_groups, r_squared_interval


def test_the_bootstrap_interval_of_a_mean_is_that_of_scipy():
    values = np.random.default_rng(0).exponential(size=40)
    expected = stats.bootstrap((values,), np.mean, method="percentile", n_resamples=4000, rng=1).confidence_interval
    assert interval_over_groups(lambda rows, _: values[rows].mean(), np.arange(40), 0.95) == pytest.approx(
        tuple(expected), abs=0.03
    )


def test_rows_that_go_together_give_the_interval_of_their_groups():
    values, groups = np.repeat([0.0, 1.0, 4.0, 5.0], 10), np.repeat(list("dabc"), 10)
    single = np.array([0.0, 1.0, 4.0, 5.0])
    alone = interval_over_groups(lambda rows, _: single[rows].mean(), np.array(list("dabc")), 0.9)
    assert interval_over_groups(lambda rows, _: values[rows].mean(), groups, 0.9) == pytest.approx(alone, abs=1e-9)


@pytest.mark.parametrize("groups", [10, 12, 24])
def test_over_few_groups_the_interval_of_a_mean_is_as_wide_as_students(groups):
    values = np.random.default_rng(1).normal(size=groups)
    low, high = interval_over_groups(lambda rows, _: values[rows].mean(), np.arange(groups), 0.95)
    expected = stats.t.interval(0.95, groups - 1, values.mean(), stats.sem(values))
    assert high - low == pytest.approx(expected[1] - expected[0], rel=0.1)


def test_the_interval_of_an_r2_is_that_of_resampled_rows():
    from sklearn.metrics import r2_score

    rng = np.random.default_rng(0)
    y = rng.normal(size=40)
    predicted = y + rng.normal(size=40)
    expected = stats.bootstrap(
        (y, predicted), r2_score, paired=True, vectorized=False, method="percentile", n_resamples=1000, rng=0
    ).confidence_interval
    assert r_squared_interval(y, predicted, np.ones(40), 0.95) == pytest.approx(expected, abs=0.1)
