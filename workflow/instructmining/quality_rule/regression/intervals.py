"""Intervals of the coefficients that assume less than the model's: HC3 errors, and the bootstrap over subsets."""

from typing import Any

import numpy as np

from instructmining.arrays import Floats
from instructmining.quality_rule.regression.bootstrap import RESAMPLES
from instructmining.quality_rule.regression.least_squares import Design, with_constant

SINGULAR = 1e10
"""Condition number from which a resample does not determine the coefficients."""


def hc3_intervals(result: Any, confidence: float) -> Floats:
    """(1 + indicators, 2): right where the spread of the noise differs between subsets (MacKinnon and White 1985)."""
    intervals: Floats = result.get_robustcov_results("HC3").conf_int(1 - confidence)
    return intervals


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
    centre, scale = design.x.mean(axis=0), design.x.std(axis=0)
    x, weights = with_constant((design.x - centre) / scale), times * design.weights
    left = np.einsum("rs,si,sj->rij", weights, x, x, optimize=True)
    right = np.einsum("rs,si,s->ri", weights, x, design.y, optimize=True)
    determined = np.linalg.cond(left) < SINGULAR
    solved = np.linalg.solve(left[determined], right[determined][..., None])[..., 0]
    slopes = solved[:, 1:] / scale
    return np.column_stack([solved[:, 0] - slopes @ centre, slopes])
