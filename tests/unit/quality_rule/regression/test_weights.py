"""The weights of subsets, against statsmodels' mixed model."""

import numpy as np
import pytest
import statsmodels.api as sm

from instructmining.quality_rule.regression.least_squares import least_squares, make_design
from instructmining.quality_rule.regression.weights import weigh
from tests.unit.simulation import observations, replicate, synthetic


def matrix(x):
    return sm.add_constant(np.column_stack(list(x.values())))


def test_the_mixed_fit_gives_the_coefficients_of_the_mixed_model():
    y, x = synthetic(30, noise=0.2)
    losses, columns, names = replicate(y, x, [4] * 5 + [1] * 25, noise=0.2)
    table = observations(losses, columns, names)
    design, name = weigh(make_design(table, list(x)), "mixed")
    expected = sm.MixedLM(losses, matrix(columns), groups=names).fit(reml=True)
    assert least_squares(design).params == pytest.approx(expected.fe_params, rel=1e-3)
    assert name.startswith("mixed model") and 1 < design.weights[0] < 4 and design.weights[-1] == 1


def test_without_deviations_of_subsets_the_mixed_fit_counts_seeds():
    y, x = synthetic(20, noise=0)
    losses, columns, names = replicate(y, x, [8] * 10 + [1] * 10, noise=0.2, seed=4)
    table = observations(losses, columns, names)
    design, _ = weigh(make_design(table, list(x)), "mixed")
    assert design.weights == pytest.approx(design.seeds, rel=0.2)


def test_a_mixed_fit_without_replicates_is_refused():
    y, x = synthetic(12)
    table = observations(y, x)
    with pytest.raises(ValueError, match=r"set sampling\.replicated"):
        weigh(make_design(table, list(x)), "mixed")
