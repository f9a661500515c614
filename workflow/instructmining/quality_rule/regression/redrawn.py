"""What the error of its coefficients does to anything that is computed from a rule.

Coefficients are drawn from their sampling distribution about the estimates. A draw has the noise of the estimate and
its own, so what noise does to the estimate - it pulls a correlation towards zero - happens to the draws once more. The
ends of an interval are therefore those of the draws, or lie as far on the other side of the estimate, whichever is
further.
"""

import numpy as np

from instructmining.arrays import Floats
from instructmining.quality_rule.regression.bootstrap import RESAMPLES


def draw_slopes(slopes: Floats, covariance: Floats, degrees: float, generator: np.random.Generator) -> Floats:
    """Slopes from the multivariate t distribution about the estimates, (indicators,); (RESAMPLES, indicators)."""
    errors = np.sqrt(np.diag(covariance))
    root = np.linalg.cholesky(covariance / np.outer(errors, errors))
    noise = generator.normal(size=(RESAMPLES, len(slopes))) @ root.T
    drawn: Floats = slopes + errors * noise * np.sqrt(degrees / generator.chisquare(degrees, size=(RESAMPLES, 1)))
    return drawn


def both_ways(estimate: float, low: float, high: float, least: float, most: float) -> tuple[float, float]:
    """The interval of draws, low to high, and its mirror image about the estimate; within what is possible."""
    return max(least, min(low, 2 * estimate - high)), min(most, max(high, 2 * estimate - low))
