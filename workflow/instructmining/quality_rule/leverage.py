"""How far from the fitted subsets a rule is used: the leverage of a set of examples beside those of the subsets.

Each indicator of a set may lie in its fitted range, and all of them together far from every subset. A set whose
leverage is above that of all subsets is outside the region that the fit knows (hidden extrapolation: Montgomery, Peck
and Vining, Introduction to Linear Regression Analysis (2012), 3.8).
"""

import numpy as np

from instructmining.arrays import Floats
from instructmining.quality_rule.regression.fitted import Fitted
from instructmining.quality_rule.regression.least_squares import Design
from instructmining.quality_rule.rule import FittedLeverage, QualityRule


def fitted_leverage(design: Design, result: Fitted) -> FittedLeverage | None:
    """The leverages of the subsets that a rule is fitted to; None where the fit leaves no residuals."""
    if not result.mse_resid:
        return None
    return FittedLeverage(
        centre=tuple(np.average(design.x, axis=0, weights=design.weights).tolist()),
        smallest=float(1 / np.sum(design.weights)),
        largest=float(np.max(result.prediction_variance(design.x)) / result.mse_resid),
    )


def joint_leverage(rule: QualityRule, means: Floats) -> float | None:
    """The leverage of a set of examples by its means, in the order of the terms; (terms,). None where it is not known.

    As the coefficients are uncorrelated with the prediction at the centre, it is the smallest leverage plus the
    quadratic form of their covariance in the distance from the centre, over the residual variance.
    """
    if rule.leverage is None:
        return None
    between = leverage_between(rule, means, np.array(rule.leverage.centre))
    return None if between is None else rule.leverage.smallest + between


def leverage_between(rule: QualityRule, one: Floats, other: Floats) -> float | None:
    """The same for the difference of two sets, in which the error of the fit at the centre cancels out; (terms,) each.

    None where the rule does not say how certain its coefficients are.
    """
    if rule.covariance is None:
        return None
    if not rule.terms:
        return 0.0
    distance = one - other
    return float(distance @ np.array(rule.covariance) @ distance / rule.residual_sd**2)
