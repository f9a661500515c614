"""The permutation test of the order: its size where there is nothing to find, and what it finds."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from instructmining.quality_rule.evidence import order as module
from instructmining.quality_rule.evidence.choose import Choice, chooser
from instructmining.quality_rule.evidence.order import left_out, order_p_value
from tests.unit.quality_rule.made import refit_without
from tests.unit.simulation import synthetic, to_design


def noise(n, seed):
    """Indicators that have nothing to do with the log loss."""
    rng = np.random.default_rng([seed, 7])
    return to_design(rng.normal(size=n), {f"x{i}": rng.normal(size=n) for i in range(3)})


def test_subsets_left_out_are_predicted_as_by_fits_made_anew():
    y, x = synthetic(12, noise=0.8)
    matrix, weights = np.column_stack([np.ones(12), *x.values()]), np.linspace(1, 6, 12)
    expected = [refit_without(i, y, matrix, weights) for i in range(12)]
    found = left_out(replace(to_design(y, x), weights=weights), chooser("given", 0.95, 5, 0))
    assert found == pytest.approx(expected)


@pytest.mark.parametrize("how", ["given", "paper", "bic"])
def test_order_is_found_in_noise_no_more_often_than_said(how, monkeypatch):
    monkeypatch.setattr(module, "PERMUTATIONS", 19)
    p_values = [order_p_value(noise(15, seed), chooser(how, 0.95, 5, 0), seed) for seed in range(40)]
    assert sum(p <= 0.1 for p in p_values) <= stats.binom.ppf(0.995, 40, 0.1)


def test_a_rule_that_is_there_is_found():
    assert order_p_value(to_design(*synthetic(20)), chooser("bic", 0.95, 5, 0), 0) == 1 / 200


def test_without_indicators_there_is_no_order():
    assert order_p_value(noise(15, 0), lambda design: Choice((), 1), 0) == 1


def test_losses_in_two_groups_of_ties_are_ordered_by_chance_as_often_as_said(monkeypatch):
    monkeypatch.setattr(module, "PERMUTATIONS", 19)
    choose, p_values = chooser("given", 0.95, 5, 0), []
    for seed in range(40):
        design = noise(16, seed)
        tied = to_design(np.repeat([0.0, 1.0], 8), dict(zip(design.indicators, design.x.T, strict=True)))
        p_values.append(order_p_value(tied, choose, seed))
    assert sum(p <= 0.1 for p in p_values) <= stats.binom.ppf(0.995, 40, 0.1)
