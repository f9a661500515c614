"""The evidence about a fit, against fits made anew, scipy and standardised columns."""

import numpy as np
import pytest
from scipy import stats

from tests.unit.quality_rule.made import fit, refit_without
from tests.unit.simulation import synthetic


def test_leave_one_out_is_what_fits_made_anew_predict():
    y, x = synthetic(12, noise=0.3)
    found = fit(y, x).diagnostics.leave_one_out
    matrix = np.column_stack([np.ones(12), *x.values()])
    expected = [refit_without(i, y, matrix, np.ones(12)) for i in range(12)]
    assert [row.left_out for row in found.predictions] == pytest.approx(expected)
    assert found.r2 == pytest.approx(1 - np.sum((y - expected) ** 2) / np.sum((y - y.mean()) ** 2))
    assert found.spearman == pytest.approx(stats.spearmanr(expected, y)[0])


def test_the_mean_as_a_rule_never_gets_more_than_zero():
    for seed in range(5):
        y, x = synthetic(10, seed=seed)
        assert fit(y, x).diagnostics.leave_one_out.r2_of_the_mean <= 0


def test_univariate_fits_and_normality_are_those_of_scipy():
    y, x = synthetic()
    diagnostics = fit(y, x).diagnostics
    expected = stats.linregress(x["ppl"], y)
    found = diagnostics.univariate[0]
    assert found.slope == pytest.approx(expected.slope) and found.p_value == pytest.approx(expected.pvalue)
    assert found.r2 == pytest.approx(expected.rvalue**2)
    normal = stats.norm(x["ppl"].mean(), x["ppl"].std(ddof=1))
    test = next(test for test in diagnostics.normality if test.variable == "ppl")
    assert test.kolmogorov_smirnov.p_value == pytest.approx(stats.kstest(x["ppl"], normal.cdf).pvalue)
    assert test.shapiro_wilk.statistic == pytest.approx(stats.shapiro(x["ppl"]).statistic)
    assert test.lilliefors.statistic == pytest.approx(test.kolmogorov_smirnov.statistic)


def test_standardised_coefficients_are_those_of_standardised_columns():
    y, x = synthetic()
    z = np.column_stack([stats.zscore(column) for column in x.values()])
    expected = np.linalg.lstsq(z, stats.zscore(y), rcond=None)[0]
    assert [term.standardised for term in fit(y, x).rule.terms] == pytest.approx(list(expected))
