"""Whether the indicators say anything about the log loss that a baseline does not say already."""

import numpy as np
from scipy import stats

from instructmining.arrays import Floats
from instructmining.quality_rule.regression.least_squares import COLLINEAR, Design
from instructmining.quality_rule.rule import FEWEST_DEGREES, FTest


def added(design: Design, baseline: Floats) -> FTest | None:
    """Partial F-test of all indicators of the design given a constant and the columns of a baseline.

    `baseline` is (subsets, columns). None with fewer than FEWEST_DEGREES residual degrees of freedom. Where the
    indicators are combinations of the baseline's columns they add nothing: F is 0 and p is 1 (Draper and Smith, Applied
    Regression Analysis (1998), 6.1).
    """
    without, few = _residual_squares(design, baseline)
    both, many = _residual_squares(design, np.column_stack([baseline, design.x]))
    degrees = len(design.y) - many
    if degrees < FEWEST_DEGREES:
        return None
    if many == few:
        return FTest(0.0, 0, degrees, 1.0)
    statistic = max(0.0, (without - both) / (many - few)) / (both / degrees)
    return FTest(float(statistic), many - few, degrees, float(stats.f.sf(statistic, many - few, degrees)))


def _residual_squares(design: Design, columns: Floats) -> tuple[float, int]:
    """What a constant and (subsets, columns) leave over, weighted; and how many of all these are independent."""
    centred = columns - np.average(columns, axis=0, weights=design.weights)
    spread = centred.std(axis=0)
    x = np.column_stack([np.ones(len(design.y)), centred[:, spread > 0] / spread[spread > 0]])
    root = np.sqrt(design.weights)
    y = (design.y - np.average(design.y, weights=design.weights)) * root
    solved, _, rank, _ = np.linalg.lstsq(x * root[:, None], y, rcond=COLLINEAR)
    return float(np.sum((y - (x * root[:, None]) @ solved) ** 2)), int(rank)
