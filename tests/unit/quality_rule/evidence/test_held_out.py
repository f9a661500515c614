"""Held-out prediction against scikit-learn and statsmodels; coverage of all intervals on simulated data."""

from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import PredefinedSplit, cross_val_predict

from instructmining.quality_rule.evidence.assess import assess
from instructmining.quality_rule.evidence.held_out import (
    Candidate,
    divisions,
    largest_sources,
    leave_sources_out,
    predict_left_out,
    source_folds,
)
from instructmining.quality_rule.regression.intervals import bootstrap_intervals, hc3_intervals
from instructmining.quality_rule.regression.least_squares import least_squares, make_design
from instructmining.quality_rule.settings import QualityRuleSettings
from tests.unit.simulation import observations, synthetic, to_design


def candidate_of(y, x, sources=None):
    design = to_design(y, x) if sources is None else make_design(observations(y, x, sources=sources), list(x))
    return Candidate("rule", design, lambda design: design.indicators)


def assessed(y, x, sources=None, **settings):
    table = observations(y, x, sources=sources)
    settings = QualityRuleSettings(repeats=2, **settings)
    return assess(make_design(table, [name for name in x if name != "len_out"]), table, settings, 0)


def row(assessment, name):
    return next(row for row in assessment.held_out if row.name == name)


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
    design = replace(candidate_of(y, x).design, weights=np.arange(1.0, 16.0))
    root = np.sqrt(design.weights)[:, None]
    matrix, result = sm.add_constant(design.x) * root, least_squares(design)
    inverse = np.linalg.inv(matrix.T @ matrix)
    hat = np.einsum("ij,jk,ik->i", matrix, inverse, matrix)
    middle = (matrix * ((result.wresid / (1 - hat)) ** 2)[:, None]).T @ matrix
    half = np.sqrt(np.diag(inverse @ middle @ inverse)) * stats.t.ppf(0.975, 11)
    assert hc3_intervals(result, 0.95)[:, 1] == pytest.approx(result.params + half)


def test_the_bootstrap_is_that_of_scipy():
    y, x = synthetic(30, noise=0.3)
    design = candidate_of(y, {"ppl": x["ppl"]}).design

    def slope(rows):
        return stats.linregress(design.x[rows, 0], y[rows]).slope

    expected = stats.bootstrap(
        (np.arange(30),), slope, vectorized=False, n_resamples=2000, method="percentile", rng=np.random.default_rng(0)
    ).confidence_interval
    assert bootstrap_intervals(design, 0.95, 0)[1] == pytest.approx([expected.low, expected.high], abs=0.02)


def test_where_most_resamples_do_not_determine_the_rule_there_is_no_bootstrap():
    pairs = {f"x{i}": np.repeat(np.eye(7)[i], 2) for i in range(6)}  # each is other than zero in two of 14 subsets
    assert bootstrap_intervals(to_design(np.arange(14.0), pairs), 0.95, 0) is None


def test_a_subset_belongs_to_the_source_with_the_largest_share():
    assert largest_sources([{"a": 1, "b": 3}, {"b": 2, "a": 2}, {"c": 1}]).tolist() == ["b", "a", "c"]


def test_one_source_cannot_be_left_out():
    y, x = synthetic(12)
    assert source_folds(candidate_of(y, x).design) is None
    assert row(assessed(y, x), "rule").source_r2 is None


def test_a_source_left_out_is_predicted_from_the_others_and_its_share_in_them_is_told():
    y, x = synthetic(20)
    sources = [{"a": 6, "b": 2}] * 10 + [{"b": 8}] * 10
    candidate = candidate_of(y, x, sources)
    found = leave_sources_out(candidate, source_folds(candidate.design), 0.95)
    assert [(r.source, r.subsets, r.share_left_out, r.share_fitted) for r in found] == [
        ("a", 10, 0.75, 0.0),
        ("b", 10, 1.0, 0.25),
    ]
    fit = sm.OLS(y[10:], sm.add_constant(candidate.design.x[10:])).fit()
    errors = y[:10] - fit.predict(sm.add_constant(candidate.design.x[:10]))
    assert found[0].error == pytest.approx(np.sqrt(np.mean(errors**2))) and found[0].bias == pytest.approx(
        errors.mean()
    )


def test_a_rule_that_predicts_is_said_to_beat_length():
    y, x = synthetic(40)
    x["len_out"] = np.random.default_rng(8).normal(size=40)
    found = assessed(y, x)
    assert row(found, "length").beaten and found.verdict.startswith("Predicts held-out subsets")
    assert "better than mean, length, ppl" in found.verdict


def test_a_rule_that_is_length_in_disguise_is_said_not_to_beat_it():
    _, x = synthetic(40)
    x = {"mtld": x["ppl"] + 0.01 * x["mtld"], "len_out": x["ppl"]}
    found = assessed(1 + 0.3 * x["len_out"] + 0.02 * np.random.default_rng(1).normal(size=40), x)
    assert not row(found, "length").beaten
    assert found.verdict.endswith("is not shown to be better than length alone.")
    assert next(check for check in found.checks if check.name == "better than length").warns


def test_noise_is_said_not_to_predict():
    rng = np.random.default_rng(2)
    found = assessed(rng.normal(size=30), {name: rng.normal(size=30) for name in ("ppl", "mtld")})
    assert found.verdict.startswith("Not shown to predict")


def test_a_choice_that_keeps_nothing_makes_no_rule():
    rng = np.random.default_rng(2)
    found = assessed(rng.normal(size=30), {name: rng.normal(size=30) for name in ("ppl", "mtld")}, choice="bic")
    assert found.choice.indicators == () and found.verdict.startswith("No rule")


def test_a_rule_that_fails_across_sources_is_said_to():
    """Between sources the loss falls with mtld, within them it rises."""
    rng = np.random.default_rng(0)
    centre = np.repeat([0.0, 3.0], 20)
    mtld = centre + 0.5 * rng.normal(size=40)
    y = -centre + 0.5 * (mtld - centre) + 0.05 * rng.normal(size=40)
    found = assessed(y, {"mtld": mtld}, [{name: 8} for name in "ab" for _ in range(20)])
    assert row(found, "rule").r2 > 0.5 and row(found, "rule").source_r2 < 0
    assert next(check for check in found.checks if check.name == "across sources").warns
    assert found.verdict.endswith("but is not shown to predict those of a source left out.")


def test_a_gain_across_sources_is_the_difference_of_both_r2():
    y, x = synthetic(40)
    found = assessed(y, x, [{name: 8} for name in "ab" for _ in range(20)])
    rule, mean = row(found, "rule"), row(found, "mean")
    assert mean.source_gain == pytest.approx(rule.source_r2 - mean.source_r2)
    assert 0 < mean.source_gain_low < mean.source_gain < mean.source_gain_high
    check = next(check for check in found.checks if check.name == "across sources")
    assert not check.warns and "The rule predicts the subsets of a source" in check.sentence
    assert check.sentence.endswith("In the subsets fitted on, the source left out has no share.")


def test_what_a_choice_costs_is_told():
    found = assessed(*synthetic(40, noise=0.5), choice="cv")
    sentence = next(check.sentence for check in found.checks if check.name == "choice")
    assert f"held-out R2 of {row(found, 'rule').r2:.2f}" in sentence and "8 models were tried (choice: cv)" in sentence
    assert f"said to be {row(found, 'rule, choice not repeated').r2:.2f}" in sentence


def test_the_baseline_by_perplexity_takes_its_logarithm_where_that_is_computed():
    y, x = synthetic(20)
    table = observations(y, {**x, "log_ppl": x["mtld"]})
    found = assess(make_design(table, ["relevance"]), table, QualityRuleSettings(repeats=1), 0)
    assert row(found, "ppl").indicators == ("log_ppl",)
