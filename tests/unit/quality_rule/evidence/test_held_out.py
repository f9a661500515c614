"""Held-out prediction against scikit-learn and statsmodels; coverage of prediction intervals on simulated data."""

from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import PredefinedSplit, cross_val_predict

from instructmining.quality_rule.evidence.held_out import (
    divisions,
    leave_sources_out,
    predict_left_out,
    source_folds,
)
from tests.unit.quality_rule.evidence.made import candidate_of
from tests.unit.simulation import synthetic


def test_folds_are_predicted_as_by_scikit_learn():
    y, x = synthetic(23, noise=0.3)
    candidate, [folds] = candidate_of(y, x), divisions(23, 5, 1, seed=0)
    expected = cross_val_predict(LinearRegression(), candidate.design.x, y, cv=PredefinedSplit(folds))
    assert predict_left_out(candidate, folds, 0.95).value == pytest.approx(expected)


def test_prediction_intervals_are_those_of_statsmodels():
    y, x = synthetic(20, noise=0.3)
    candidate, folds = candidate_of(y, x), np.arange(20) % 2
    weights = np.arange(1.0, 21.0)
    candidate = replace(candidate, design=replace(candidate.design, weights=weights))
    matrix, train = sm.add_constant(candidate.design.x), folds == 1
    fit = sm.WLS(y[train], matrix[train], weights=weights[train]).fit()
    expected = fit.get_prediction(matrix[~train], weights=weights[~train]).summary_frame(alpha=0.1)
    found = predict_left_out(candidate, folds, 0.9)
    assert found.low[~train] == pytest.approx(expected["obs_ci_lower"].to_numpy())
    assert found.high[~train] == pytest.approx(expected["obs_ci_upper"].to_numpy())


def test_every_fold_has_its_share_and_repeats_differ():
    first, second = divisions(12, 4, 2, seed=0)
    assert np.bincount(first).tolist() == [3, 3, 3, 3] and first.tolist() != second.tolist()


def test_prediction_intervals_cover_at_their_level():
    inside = []
    for seed in range(100):
        candidate = candidate_of(*synthetic(20, noise=0.3, seed=seed))
        inside.append(predict_left_out(candidate, np.arange(20) % 5, 0.9).covers(candidate.design.y))
    assert np.mean(inside) == pytest.approx(0.9, abs=0.03)


def test_a_source_can_be_left_out_only_where_every_subset_is_of_one():
    y, x = synthetic(12)
    assert source_folds(candidate_of(y, x).design) is None  # one source
    assert source_folds(candidate_of(y, x, [{"a": 7, "b": 1}] * 6 + [{"b": 8}] * 6).design) is None
    folds = source_folds(candidate_of(y, x, [{"a": 8}] * 6 + [{"b": 8}] * 6).design)
    assert folds.tolist() == ["a"] * 6 + ["b"] * 6


def test_a_source_left_out_is_predicted_from_the_others():
    y, x = synthetic(20)
    candidate = candidate_of(y, x, [{"a": 8}] * 10 + [{"b": 8}] * 10)
    mean = replace(candidate, keep=lambda design: ())
    found = leave_sources_out(candidate, mean, source_folds(candidate.design), 0.95)
    assert [(r.source, r.subsets) for r in found] == [("a", 10), ("b", 10)]
    fit = sm.OLS(y[10:], sm.add_constant(candidate.design.x[10:])).fit()
    errors = y[:10] - fit.predict(sm.add_constant(candidate.design.x[:10]))
    assert found[0].error == pytest.approx(np.sqrt(np.mean(errors**2)))
    assert found[0].bias == pytest.approx(errors.mean())
    assert found[0].error_of_mean == pytest.approx(np.sqrt(np.mean((y[:10] - y[10:].mean()) ** 2)))
