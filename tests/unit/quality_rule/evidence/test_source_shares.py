"""The baseline that knows the sources of a subset and nothing else."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from instructmining.quality_rule.evidence.source_shares import PENALTIES, predict_by_shares
from tests.unit.quality_rule.evidence.made import assessed, row
from tests.unit.quality_rule.evidence.mixtures import losses
from tests.unit.simulation import synthetic, to_design

SHARES = np.random.default_rng(0).dirichlet(np.ones(3), 12)


def of_shares(y, shares):
    return to_design(y, dict(zip("abc", shares.T, strict=True)))


def test_effects_of_sources_without_noise_are_found_exactly():
    y = SHARES @ np.array([1.0, 1.2, 0.7])
    found = predict_by_shares(of_shares(y[:9], SHARES[:9]), of_shares(y[9:], SHARES[9:]), 0.95)
    assert found[0] == pytest.approx(y[9:], abs=0.01) and np.isnan(found[1:]).all()


def test_the_penalty_is_that_with_the_least_error_left_out_one_by_one():
    y = SHARES @ np.array([1.0, 1.2, 0.7]) + 0.1 * np.random.default_rng(1).normal(size=12)
    penalties = PENALTIES * 12 * SHARES.var(axis=0).max()
    squares = []
    for penalty in penalties:
        fits = [Ridge(penalty).fit(np.delete(SHARES, i, 0), np.delete(y, i)) for i in range(12)]
        squares.append(sum((fit.predict(SHARES[[i]])[0] - y[i]) ** 2 for i, fit in enumerate(fits)))
    expected = Ridge(penalties[np.argmin(squares)]).fit(SHARES, y).predict(SHARES)
    assert predict_by_shares(of_shares(y, SHARES), of_shares(y, SHARES), 0.95)[0] == pytest.approx(expected, rel=1e-3)


def test_many_sources_in_noise_are_hardly_worse_than_the_mean():
    """Without a penalty, the R2 here is below -10."""
    found = [row(assessed(*losses(24, sources=20, seed=seed)), "source shares").r2 for seed in range(5)]
    assert np.median(found) > -0.6


def test_subsets_of_one_source_or_of_the_same_mixture_have_no_such_baseline():
    y, x = synthetic(12)
    for sources in ([{"a": 8}] * 12, [{"a": 4, "b": 4}] * 12):
        assert "source shares" not in [one.name for one in assessed(y, x, sources).held_out]
