"""Leverage, against the hat matrix and its quadratic form as numpy computes them."""

import numpy as np
import pytest

from instructmining.quality_rule.leverage import joint_leverage
from tests.unit.quality_rule.made import RULE, fit
from tests.unit.simulation import replicate, synthetic


def test_the_largest_leverage_is_that_of_the_hat_matrix() -> None:
    y, x = synthetic(20)
    columns = np.column_stack([np.ones(20), *x.values()])
    hat = columns @ np.linalg.inv(columns.T @ columns) @ columns.T
    found = fit(y, x, repeats=1).rule
    assert found.leverage.largest == pytest.approx(np.diag(hat).max())
    assert joint_leverage(found, columns[3, 1:]) == pytest.approx(hat[3, 3])
    assert joint_leverage(found, columns[:, 1:].mean(axis=0)) == pytest.approx(1 / 20)


@pytest.mark.parametrize("offset", [0.0, 1e6])
def test_with_weights_it_is_the_quadratic_form_of_the_weighted_fit_whatever_the_units(offset: float) -> None:
    y, x = synthetic(12)
    observed = replicate(y, {name: values + offset for name, values in x.items()}, [3, 3, 2] + [1] * 9, noise=0.1)
    rule = fit(*observed, fit="weighted_means", repeats=1).rule
    columns, weights = np.column_stack([np.ones(12), *x.values()]), np.r_[3, 3, 2, np.ones(9)]
    inverse = np.linalg.inv(columns.T @ (weights[:, None] * columns))
    far = columns.mean(axis=0) + np.array([0, 3, -2, 5])
    assert joint_leverage(rule, far[1:] + offset) == pytest.approx(far @ inverse @ far, rel=1e-5)
    assert rule.leverage.largest == pytest.approx(np.max(np.sum(columns @ inverse * columns, axis=1)), rel=1e-5)


def test_a_rule_that_does_not_say_how_far_it_reaches_gives_none() -> None:
    assert joint_leverage(RULE, np.zeros(2)) is None
