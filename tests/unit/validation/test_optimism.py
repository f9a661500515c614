"""The optimism of rules about what they choose, against simulated rules whose truth is known."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from instructmining.validation.optimism import own_choices
from tests.unit.quality_rule.made import RULE, fit
from tests.unit.simulation import synthetic

TRUTH = {"ppl": 0.3, "mtld": -0.2, "relevance": 0.0}
POOL = pa.table({name: np.random.default_rng(1).normal(size=300) for name in TRUTH})
ORIGIN = np.zeros(3)


def true_excess(seed: int) -> tuple[float, float]:
    """How far the true loss of what a rule chooses is above the predicted one, and the optimism."""
    rule = fit(*synthetic(12, seed=seed, noise=0.5), repeats=1, folds=2).rule
    chosen = POOL.take(np.argsort(rule.predict(POOL))[:30])
    slopes = {term.indicator: term.coefficient for term in rule.terms}
    excess = sum((TRUTH[name] - slopes[name]) * np.mean(chosen[name].to_numpy()) for name in TRUTH)
    return float(excess), own_choices(rule, POOL, 30).optimism(ORIGIN).mean


def test_it_is_how_far_the_truth_is_above_the_promise_on_average() -> None:
    excess, expected = np.mean([true_excess(seed) for seed in range(60)], axis=0)
    assert excess > 0.2
    assert expected == pytest.approx(excess, rel=0.25)


def test_without_a_choice_there_is_none() -> None:
    rule = fit(*synthetic(30), repeats=1).rule
    found = own_choices(rule, POOL, len(POOL)).optimism(
        np.array([np.mean(POOL[name].to_numpy()) for name in rule.indicators])
    )
    assert (found.mean, found.variance) == (pytest.approx(0, abs=1e-12), pytest.approx(0, abs=1e-12))


def test_a_rule_that_knows_its_slopes_has_next_to_none() -> None:
    rule = fit(*synthetic(12, noise=0.5), repeats=1, folds=2).rule
    sure = replace(rule, covariance=tuple(tuple(value * 1e-8 for value in row) for row in rule.covariance))
    assert own_choices(sure, POOL, 30).optimism(ORIGIN).mean < 1e-3 * own_choices(rule, POOL, 30).optimism(ORIGIN).mean


def test_a_rule_without_a_covariance_is_refused() -> None:
    with pytest.raises(ValueError, match="fit it again"):
        own_choices(RULE, POOL, 30)
