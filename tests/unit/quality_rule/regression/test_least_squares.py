"""What least squares can be fitted to, and what is left out or refused."""

import numpy as np
import pytest

from instructmining.quality_rule.regression.least_squares import COLLINEAR
from tests.unit.quality_rule.made import fit
from tests.unit.simulation import synthetic


def test_constant_and_collinear_indicators_are_left_out_with_a_reason():
    y, x = synthetic()
    x |= {"flat": np.full(30, 7.0), "sum": 100 + x["ppl"] - 3 * x["mtld"], "odd": np.eye(30)[0]}
    rule = fit(y, x).rule
    assert rule.indicators == ["ppl", "mtld", "relevance"]
    assert rule.left_out["flat"] == "is 7 in every subset"
    assert rule.left_out["odd"] == "is 0 in every subset but one"
    assert rule.left_out["sum"].startswith("is a linear combination of ppl, mtld")


def test_a_nearly_collinear_indicator_stays():
    y, x = synthetic()
    x["near"] = x["ppl"] + 1e3 * COLLINEAR * np.random.default_rng(1).normal(size=30)
    assert "near" in fit(y, x).rule.indicators


def test_too_few_subsets_say_how_many_are_needed_and_where():
    y, x = synthetic(5)
    with pytest.raises(ValueError, match=r"5 subsets .* at least 7 .*sampling\.subsets to 7.*quality_rule\.indicators"):
        fit(y, x)


def test_no_usable_indicator_is_refused():
    with pytest.raises(ValueError, match="no indicator varies"):
        fit(np.arange(6.0), {"flat": np.ones(6)})


def test_nan_is_refused_with_its_subset():
    y, x = synthetic()
    x["ppl"][3] = np.nan
    with pytest.raises(ValueError, match="ppl is not a finite number in subset 003"):
        fit(y, x)


def test_a_subset_that_alone_decides_a_coefficient_is_refused():
    a, b = np.zeros(8), np.zeros(8)
    a[:2], b[:3] = 1, (1, 1, 5)
    with pytest.raises(ValueError, match="without subset 002 the rule cannot be fitted"):
        fit(np.arange(8.0), {"a": a, "b": b})
