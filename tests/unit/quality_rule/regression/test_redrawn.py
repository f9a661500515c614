"""Draws of coefficients, against their distribution."""

import numpy as np
import pytest
from scipy import stats

from instructmining.quality_rule.regression.redrawn import both_ways, draw_slopes


def test_slopes_are_drawn_from_their_t_distribution_in_any_unit():
    unit = np.array([1e15, 1.0, 1e-15])
    covariance = np.array([[1.0, 0.8, 0], [0.8, 1.0, 0], [0, 0, 4.0]]) * np.outer(unit, unit)
    drawn = (draw_slopes(3 * unit, covariance, 5, np.random.default_rng(0)) - 3 * unit) / unit
    quantiles = np.quantile(drawn, [0.1, 0.5, 0.9], axis=0)
    assert quantiles / [1, 1, 2] == pytest.approx(stats.t(5).ppf([[0.1] * 3, [0.5] * 3, [0.9] * 3]), abs=0.1)
    assert stats.spearmanr(drawn).statistic[0, 1] == pytest.approx(6 / np.pi * np.arcsin(0.4), abs=0.05)


def test_an_interval_reaches_as_far_beyond_the_estimate_as_noise_pulls_its_draws_back():
    assert both_ways(0.8, 0.3, 0.9, -1, 1) == pytest.approx((0.3, 1))
    assert both_ways(0.6, 0.3, 0.7, -1, 1) == pytest.approx((0.3, 0.9))
    assert both_ways(-0.6, -0.7, -0.3, -1, 1) == pytest.approx((-0.9, -0.3))
