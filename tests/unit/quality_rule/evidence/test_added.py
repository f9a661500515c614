"""The F-test of indicators given a baseline, against statsmodels."""

from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm

from instructmining.quality_rule.evidence.added import added
from tests.unit.simulation import synthetic, to_design


def test_the_test_is_that_of_two_nested_fits():
    design = replace(to_design(*synthetic(20, noise=0.3)), weights=np.arange(1.0, 21.0))
    small = sm.WLS(design.y, sm.add_constant(design.x[:, :1]), weights=design.weights).fit()
    large = sm.WLS(design.y, sm.add_constant(design.x), weights=design.weights).fit()
    found = added(design, design.x[:, :1])
    assert (found.statistic, found.p_value, found.numerator_degrees) == pytest.approx(large.compare_f_test(small))
    assert found.denominator_degrees == large.df_resid


def test_given_nothing_it_is_the_test_of_the_whole_fit():
    design = to_design(*synthetic(20, noise=0.3))
    fit = sm.OLS(design.y, sm.add_constant(design.x)).fit()
    found = added(design, np.empty((20, 0)))
    assert (found.statistic, found.p_value) == pytest.approx((fit.fvalue, fit.f_pvalue))


def test_offset_and_scale_of_an_indicator_change_nothing():
    design = to_design(*synthetic(20, noise=0.3))
    scaled = replace(design, x=1e9 + 1e3 * design.x)
    assert added(scaled, scaled.x[:, :1]).p_value == pytest.approx(added(design, design.x[:, :1]).p_value, rel=1e-4)


def test_shares_that_sum_to_one_count_as_one_less():
    shares = np.random.default_rng(0).dirichlet(np.ones(4), 20)
    assert added(to_design(*synthetic(20)), shares).denominator_degrees == 20 - 1 - 3 - 3


def test_what_the_baseline_says_already_adds_nothing():
    design = to_design(*synthetic(20))
    found = added(design.keep(["ppl"]), design.x)
    assert (found.statistic, found.numerator_degrees, found.p_value) == (0, 0, 1)


def test_with_too_few_subsets_there_is_no_test():
    shares = np.random.default_rng(0).dirichlet(np.ones(3), 11)
    assert added(to_design(*synthetic(11)), shares).denominator_degrees == 5
    assert added(to_design(*synthetic(10)), shares[:10]) is None
