"""Noise and lack of fit, against scipy, statsmodels and the worked example of Shrout and Fleiss (1979)."""

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats

from instructmining.quality_rule.evidence.noise import lack_of_fit, measure_noise
from instructmining.quality_rule.regression.least_squares import make_design
from tests.unit.simulation import observations, replicate, synthetic

RATINGS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
"""Shrout and Fleiss (1979), table 2: six targets, four judges."""


def design_of(y, x, subsets):
    return make_design(observations(y, x, subsets), list(x))


@pytest.fixture
def ratings():
    names = [f"{i}" for i, row in enumerate(RATINGS) for _ in row]
    return design_of(np.concatenate(RATINGS) / 10, {"ppl": np.repeat(np.arange(6.0), 4)}, names)


@pytest.fixture
def replicated():
    y, x = synthetic(12)
    return replicate(y, x, [3, 2, 2, *[1] * 9], noise=0.1)


def test_the_reliability_is_that_of_shrout_and_fleiss(ratings):
    noise = measure_noise(ratings, 0.95)
    assert noise.sd * 10 == pytest.approx(np.sqrt(6.26), abs=1e-3)  # their within mean square
    assert noise.reachable_r2 == pytest.approx(0.44, abs=0.005)  # their ICC(1,4)


def test_the_subsets_differ_as_in_the_one_way_analysis_of_variance(ratings):
    expected = stats.f_oneway(*RATINGS)
    found = measure_noise(ratings, 0.95).between
    assert (found.statistic, found.p_value) == pytest.approx((expected.statistic, expected.pvalue))


def test_the_interval_of_the_reliability_covers_at_its_level():
    covered = []
    for seed in range(300):
        rng = np.random.default_rng(seed)
        y, x, names = replicate(rng.normal(size=10), {"ppl": np.arange(10.0)}, [3] * 10, noise=1.5, seed=seed)
        noise = measure_noise(design_of(y, x, names), 0.9)
        covered.append(noise.reachable_low < 1 / (1 + 1.5**2 / 3) < noise.reachable_high)
    assert stats.binomtest(sum(covered), 300, 0.9).pvalue > 0.01


def test_the_interval_of_the_sd_is_that_of_the_chi_square_distribution(replicated):
    noise = measure_noise(design_of(*replicated), 0.9)
    y, _, names = replicated
    groups = [[loss for loss, other in zip(y, names, strict=True) if other == name] for name in ("000", "001", "002")]
    squares = sum(np.var(group) * len(group) for group in groups)
    assert noise.degrees_of_freedom == 4 and noise.sd == pytest.approx(np.sqrt(squares / 4))
    assert noise.sd_low == pytest.approx(np.sqrt(squares / stats.chi2.ppf(0.95, 4)))
    assert noise.sd_high == pytest.approx(np.sqrt(squares / stats.chi2.ppf(0.05, 4)))


def test_the_noise_floor_is_the_least_significant_difference(replicated):
    noise = measure_noise(design_of(*replicated), 0.95)
    assert noise.floor == pytest.approx(stats.t.ppf(0.975, 4) * np.sqrt(2) * noise.sd)


def test_lack_of_fit_is_the_comparison_with_a_mean_for_every_subset(replicated):
    y, x, names = replicated
    design = design_of(y, x, names)
    found = lack_of_fit(design)
    rule = sm.OLS(y, sm.add_constant(np.column_stack(list(x.values())))).fit()
    means = sm.OLS(y, np.array([[float(name == other) for other in sorted(set(names))] for name in names])).fit()
    statistic, p_value, degrees = means.compare_f_test(rule)
    assert (found.statistic, found.p_value, found.numerator_degrees) == pytest.approx((statistic, p_value, degrees))


def test_without_replicates_nothing_is_said_about_noise():
    y, x = synthetic(12)
    design = design_of(y, x, None)
    assert measure_noise(design, 0.95) is None
    assert lack_of_fit(design) is None
