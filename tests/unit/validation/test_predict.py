"""Predictions for sets, against statsmodels' prediction intervals and simulated seeds."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
import statsmodels.api as sm
from scipy import stats

from instructmining.validation.optimism import own_choices
from instructmining.validation.predict import Sample, predict_gain, predict_set
from tests.unit.quality_rule.made import RULE, fit
from tests.unit.simulation import replicate, synthetic

Y, X = synthetic(20)
SET = {"ppl": [0.5, 1.5], "mtld": [0.0, -1.0], "relevance": [2.0, 1.0]}
FITTED = fit(Y, X, repeats=1).rule


def test_the_interval_for_one_fine_tune_is_that_of_a_new_observation() -> None:
    found = predict_set(FITTED, Sample(pa.table(SET)))
    model = sm.OLS(Y, sm.add_constant(np.column_stack(list(X.values())))).fit()
    frame = model.get_prediction([1.0, *(np.mean(values) for values in SET.values())]).summary_frame(alpha=0.05)
    assert found.value == pytest.approx(frame["mean"][0])
    assert found.interval(0.95) == pytest.approx((frame["obs_ci_lower"][0], frame["obs_ci_upper"][0]))


def test_a_p_value_is_that_of_students_t() -> None:
    found = predict_set(FITTED, Sample(pa.table(SET)))
    assert found.p_value(found.value) == 1.0
    assert found.p_value(found.interval(0.9)[1]) == pytest.approx(0.1)


def test_more_seeds_average_out_the_noise_between_seeds_alone() -> None:
    observed = replicate(Y, X, [3] * 20, noise=0.1)
    rule = fit(*observed, fit="weighted_means", repeats=1).rule
    errors = [predict_set(rule, Sample(pa.table(SET), seeds)).error ** 2 for seeds in (1, 2, 1000)]
    assert errors[0] - errors[1] == pytest.approx(rule.noise_sd**2 / 2, rel=0.2)
    assert errors[2] < errors[1]


def test_more_sets_average_out_what_the_rule_misses_about_each_and_not_the_error_of_the_fit() -> None:
    rule = replace(FITTED, noise_sd=0.0)
    errors = [predict_set(rule, Sample(pa.table(SET), 4, sets)).error ** 2 for sets in (1, 4)]
    assert errors[0] - errors[1] == pytest.approx(FITTED.residual_sd**2 * 3 / 4)


def test_a_gain_has_the_error_of_the_contrast_and_the_scatter_of_both() -> None:
    other = {name: [value + 1 for value in values] for name, values in SET.items()}
    found = predict_gain(FITTED, Sample(pa.table(SET)), Sample(pa.table(other)))
    model = sm.OLS(Y, sm.add_constant(np.column_stack(list(X.values())))).fit()
    contrast = model.t_test([0.0, -1.0, -1.0, -1.0])
    assert found.value == pytest.approx(contrast.effect[0])
    assert found.error**2 == pytest.approx(contrast.sd[0, 0] ** 2 + 2 * model.mse_resid)


def test_what_a_rule_chooses_itself_is_predicted_without_its_optimism() -> None:
    pool = pa.table({name: np.random.default_rng(0).normal(size=200) for name in X})
    best = pool.take(np.argsort(FITTED.predict(pool))[:20])
    chosen = own_choices(FITTED, pool, 20)
    plain, own = (predict_set(FITTED, Sample(best, own=known)) for known in (None, chosen))
    assert own.value - plain.value == pytest.approx(chosen.optimism(np.array(FITTED.leverage.centre)).mean)
    gains = [predict_gain(FITTED, Sample(pool), Sample(best, own=known)).value for known in (None, chosen)]
    assert gains[0] - gains[1] == pytest.approx(chosen.optimism(FITTED.means(pool)).mean)


def test_a_rule_without_a_covariance_predicts_without_an_interval() -> None:
    found = predict_set(RULE, Sample(pa.table({"ppl": [2.0], "mtld": [2.0]})))
    assert (found.value, found.interval(0.95), found.p_value(9.0)) == (pytest.approx(1.5), (None, None), None)


def test_intervals_of_sets_far_outside_hold_the_observed_loss_as_often_as_they_say() -> None:
    generator, inside = np.random.default_rng(0), []
    for seed in range(300):
        y, x = synthetic(20, seed=seed)
        far = {name: generator.normal(3, 1) for name in x}
        sample = Sample(pa.table({name: [value] for name, value in far.items()}))
        low, high = predict_set(fit(y, x, repeats=1, folds=2).rule, sample).interval(0.95)
        inside.append(low <= 1 + 0.3 * far["ppl"] - 0.2 * far["mtld"] + 0.05 * generator.normal() <= high)
    assert stats.binomtest(sum(inside), 300, 0.95).pvalue > 0.001
