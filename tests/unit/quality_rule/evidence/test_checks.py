"""Each warning appears when it should and not otherwise; the numbers are those of statsmodels and of plain algebra."""

from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats
from statsmodels.stats.diagnostic import het_breuschpagan
from statsmodels.stats.outliers_influence import variance_inflation_factor

from instructmining.quality_rule.evidence.checks import condition_number, inflation, influences
from instructmining.quality_rule.evidence.diagnose import examine
from instructmining.quality_rule.regression.least_squares import least_squares, make_design
from tests.unit.simulation import observations, replicate, synthetic


def checks_of(y, x, subsets=None):
    """The checks of a fit, by name."""
    design = make_design(observations(y, x, subsets), list(x))
    return {check.name: check for check in examine(design, least_squares(design), 0.95).checks}


def matrix(x):
    return sm.add_constant(np.column_stack(list(x.values())))


def uneven(n, seed):
    """The spread of the noise grows with ppl."""
    y, x = synthetic(n, noise=0, seed=seed)
    return y + 0.05 * np.exp(x["ppl"]) * np.random.default_rng([seed, 2]).normal(size=n), x


def curved(n, seed):
    """Three seeds for each subset; the log loss is not linear in ppl."""
    y, x = synthetic(n, noise=0, seed=seed)
    return replicate(y + 0.1 * x["ppl"] ** 2, x, [3] * n, noise=0.05, seed=seed)


def tangled(n, seed):
    y, x = synthetic(n, seed=seed)
    return y, {**x, "copy": x["ppl"] + 0.1 * np.random.default_rng([seed, 2]).normal(size=n)}


def skewed(n, seed):
    y, x = synthetic(n, noise=0, seed=seed)
    return y + 0.05 * np.random.default_rng([seed, 2]).lognormal(size=n), x


def pulled(n, seed):
    """One subset lies far from the others in ppl, and far from the rule."""
    y, x = synthetic(n, seed=seed)
    x["ppl"][0], y[0] = 8.0, y[0] + 2.0
    return y, x


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (uneven, "heteroscedasticity"),
        (curved, "lack of fit"),
        (tangled, "collinearity"),
        (skewed, "normality"),
        (pulled, "influence"),
    ],
)
def test_a_broken_assumption_is_warned_of(make, name):
    assert sum(checks_of(*make(120, seed))[name].warns for seed in range(10)) >= 9


def test_sound_fits_are_rarely_warned_of():
    warned = {"heteroscedasticity": 0, "lack of fit": 0, "collinearity": 0, "normality": 0, "influence": 0, "size": 0}
    for seed in range(200):
        y, x = synthetic(40, noise=0, seed=seed)
        found = checks_of(*replicate(y, x, [2] * 10 + [1] * 30, noise=0.05, seed=seed))
        warned = {name: count + found[name].warns for name, count in warned.items()}
    assert max(warned.values()) <= stats.binom.ppf(0.999, 200, 0.01)


def test_few_subsets_per_indicator_are_warned_of():
    assert checks_of(*synthetic(29))["size"].warns
    assert not checks_of(*synthetic(30))["size"].warns


def test_unknown_noise_is_warned_of_and_known_noise_is_not():
    y, x = synthetic(12)
    assert checks_of(y, x)["noise"].warns
    assert not checks_of(*replicate(y, x, [2] * 12, noise=0.01))["noise"].warns


def test_subsets_that_do_not_differ_are_said_not_to():
    rng = np.random.default_rng(2)
    found = checks_of(*replicate(np.zeros(12), {"ppl": rng.normal(size=12)}, [3] * 12, noise=0.1))["noise"]
    assert found.warns and "not shown to differ at all" in found.sentence


def test_inflation_is_that_of_statsmodels():
    y, x = synthetic(20)
    x["mtld"] = x["mtld"] + 2 * x["ppl"]
    found = inflation(make_design(observations(y, x), list(x)))
    assert list(found.values()) == pytest.approx([variance_inflation_factor(matrix(x), i) for i in (1, 2, 3)])


def test_the_condition_number_of_two_columns_follows_from_their_correlation():
    y, x = synthetic(20)
    pair = {"ppl": x["ppl"], "mtld": x["mtld"] + x["ppl"]}
    r = abs(np.corrcoef(pair["ppl"], pair["mtld"])[0, 1])
    assert condition_number(make_design(observations(y, pair), list(pair))) == pytest.approx(np.sqrt((1 + r) / (1 - r)))


def test_breusch_pagan_is_that_of_statsmodels():
    y, x = synthetic(30)
    expected = het_breuschpagan(sm.OLS(y, matrix(x)).fit().resid, matrix(x))
    assert checks_of(y, x)["heteroscedasticity"].p_value == pytest.approx(expected[1])


def test_cooks_distance_is_how_far_all_predictions_move_without_the_subset():
    y, x = synthetic(15, noise=0.2)
    design = make_design(observations(y, x), list(x))
    design = replace(design, weights=np.arange(1.0, 16.0))
    found = influences(design, least_squares(design))
    full, others = sm.WLS(y, matrix(x), weights=design.weights).fit(), np.arange(15) != 3
    without = sm.WLS(y[others], matrix(x)[others], weights=design.weights[others]).fit()
    moved = matrix(x) @ (full.params - without.params)
    assert found[3].cooks_distance == pytest.approx(np.sum(design.weights * moved**2) / 4 / full.mse_resid)
