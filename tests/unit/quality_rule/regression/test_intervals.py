"""Intervals of coefficients, against their formulas and scipy; coverage on simulated data."""

from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats

from instructmining.quality_rule.regression.intervals import bootstrap_intervals, hc3_intervals
from instructmining.quality_rule.regression.least_squares import least_squares
from tests.unit.simulation import synthetic, to_design


def cover(make, interval, level=0.9, simulations=200):
    """How often the interval of the coefficient of ppl, in truth 0.3, has it."""
    hits = 0
    for seed in range(simulations):
        y, x = make(seed)
        low, high = interval(to_design(y, x), level)[1]
        hits += low <= 0.3 <= high
    return hits / simulations


def even(seed):
    return synthetic(40, noise=0.3, seed=seed)


def uneven(seed):
    """The spread of the noise grows with the distance of ppl from its mean, which the model's errors do not see."""
    y, x = synthetic(40, noise=0, seed=seed)
    return y + 0.3 * np.abs(x["ppl"]) * np.random.default_rng([seed, 8]).normal(size=40), x


def model(design, level):
    return least_squares(design).conf_int(1 - level)


def hc3(design, level):
    return hc3_intervals(least_squares(design), level)


def bootstrap(design, level):
    return bootstrap_intervals(design, level, 0)


@pytest.mark.parametrize("interval", [model, hc3, bootstrap])
def test_intervals_cover_at_their_level(interval, monkeypatch):
    monkeypatch.setattr("instructmining.quality_rule.regression.intervals.RESAMPLES", 400)
    assert cover(even, interval) == pytest.approx(0.9, abs=0.06)


def test_with_uneven_noise_hc3_and_bootstrap_cover_and_the_models_intervals_do_not(monkeypatch):
    monkeypatch.setattr("instructmining.quality_rule.regression.intervals.RESAMPLES", 400)
    assert cover(uneven, model) < 0.8
    assert min(cover(uneven, hc3), cover(uneven, bootstrap)) > 0.82


def test_hc3_is_that_of_its_formula_with_weights():
    y, x = synthetic(15, noise=0.3)
    design = replace(to_design(y, x), weights=np.arange(1.0, 16.0))
    root = np.sqrt(design.weights)[:, None]
    matrix, result = sm.add_constant(design.x) * root, least_squares(design)
    inverse = np.linalg.inv(matrix.T @ matrix)
    hat = np.einsum("ij,jk,ik->i", matrix, inverse, matrix)
    middle = (matrix * ((result.wresid / (1 - hat)) ** 2)[:, None]).T @ matrix
    half = np.sqrt(np.diag(inverse @ middle @ inverse)) * stats.t.ppf(0.975, 11)
    assert hc3_intervals(result, 0.95)[:, 1] == pytest.approx(result.params + half)


def test_the_bootstrap_is_that_of_scipy():
    y, x = synthetic(30, noise=0.3)
    design = to_design(y, {"ppl": x["ppl"]})

    def slope(rows):
        return stats.linregress(design.x[rows, 0], y[rows]).slope

    expected = stats.bootstrap(
        (np.arange(30),), slope, vectorized=False, n_resamples=2000, method="percentile", rng=np.random.default_rng(0)
    ).confidence_interval
    assert bootstrap_intervals(design, 0.95, 0)[1] == pytest.approx([expected.low, expected.high], abs=0.02)


def test_where_most_resamples_do_not_determine_the_rule_there_is_no_bootstrap():
    pairs = {f"x{i}": np.repeat(np.eye(7)[i], 2) for i in range(6)}  # each is other than zero in two of 14 subsets
    assert bootstrap_intervals(to_design(np.arange(14.0), pairs), 0.95, 0) is None
