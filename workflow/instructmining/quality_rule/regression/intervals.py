"""Intervals of the coefficients that assume less than the model's: HC3 errors, and the bootstrap over subsets."""

import numpy as np

from instructmining.arrays import Floats
from instructmining.quality_rule.regression.bootstrap import RESAMPLES
from instructmining.quality_rule.regression.fitted import Fitted, Scaling, with_constant
from instructmining.quality_rule.regression.least_squares import Design

SINGULAR = 1e10
"""Condition number from which a resample does not determine the coefficients."""


def hc3_intervals(result: Fitted, confidence: float) -> Floats:
    """(1 + indicators, 2): right where the spread of the noise differs between subsets (MacKinnon and White 1985)."""
    covariance = result.scaling.undo_covariance(result.standardised.cov_HC3)
    return result.intervals(np.sqrt(np.diag(covariance)), 1 - confidence)


def bootstrap_intervals(design: Design, confidence: float, seed: int) -> Floats | None:
    """(1 + indicators, 2): percentiles of fits to subsets drawn with replacement; None where most have no fit.

    Whole subsets are drawn, with their seeds, as fine-tunes of one subset are not independent (Davison and Hinkley,
    Bootstrap Methods (1997), 6.2.4).
    """
    drawn = bootstrap_coefficients(design, np.random.default_rng([seed, 1]))
    if len(drawn) < RESAMPLES / 2:
        return None
    outside = (1 - confidence) / 2
    intervals: Floats = np.quantile(drawn, [outside, 1 - outside], axis=0).T
    return intervals


def bootstrap_coefficients(design: Design, generator: np.random.Generator) -> Floats:
    """Coefficients of the resamples that determine them; (at most RESAMPLES, 1 + indicators)."""
    count = len(design.y)
    times = generator.multinomial(count, np.full(count, 1 / count), size=RESAMPLES)  # (resamples, subsets)
    scaling = Scaling.of(design.x)
    x, weights = with_constant(scaling.apply(design.x)), times * design.weights
    left = np.einsum("rs,si,sj->rij", weights, x, x, optimize=True)
    right = np.einsum("rs,si,s->ri", weights, x, design.y, optimize=True)
    determined = np.linalg.cond(left) < SINGULAR
    return scaling.undo(np.linalg.solve(left[determined], right[determined][..., None])[..., 0])
