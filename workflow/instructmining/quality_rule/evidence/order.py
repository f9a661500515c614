"""Whether a rule puts subsets that it was not fitted to in a better order than it would put noise.

A selection needs an order, so this is what a verdict rests on. At the sizes of a run, the held-out R2 is too uncertain
for that: docs/statistics.md says how often each finds a rule that is there.
"""

from dataclasses import replace

import numpy as np

from instructmining.arrays import Floats
from instructmining.quality_rule.evidence.choose import Chooser
from instructmining.quality_rule.regression.fitted import with_constant
from instructmining.quality_rule.regression.least_squares import Design
from instructmining.quality_rule.regression.ranks import unit_ranks

PERMUTATIONS = 199
"""Shuffles of the indicators over the subsets."""
EQUAL = 1e-12
"""Correlations that differ by less are the same: sums in another order."""


def order_p_value(design: Design, choose: Chooser, seed: int) -> float:
    """How often the order is as good where indicators and log loss have nothing to do with each other.

    A permutation test of Spearman's rho of the subsets left out one by one: the rows of indicators are shuffled over
    the subsets, and the choice is made again each time, so it is a valid p-value whatever the choice does (Phipson and
    Smyth 2010).
    """
    generator = np.random.default_rng([seed, 4])
    shuffled = [replace(design, x=design.x[generator.permutation(len(design.y))]) for _ in range(PERMUTATIONS)]
    predicted = np.stack([left_out(one, choose) for one in [design, *shuffled]])  # (1 + shuffles, subsets)
    rho = unit_ranks(predicted) @ unit_ranks(design.y)
    return float(np.mean(rho >= rho[0] - EQUAL))


def left_out(design: Design, choose: Chooser) -> Floats:
    """Each subset predicted without it, (subsets,), by the indicators chosen on all; zeros, no order, without any.

    As `leave_one_out`, without the cost of statsmodels, as there is a fit for every shuffle. Where a fit without one
    subset does not exist, `leave_one_out` refuses the rule.
    """
    chosen = design.keep(choose(design).indicators)
    if not chosen.indicators:
        return np.zeros(len(design.y))
    root = np.sqrt(chosen.weights)
    x = with_constant((chosen.x - chosen.x.mean(axis=0)) / chosen.x.std(axis=0))
    basis, _ = np.linalg.qr(x * root[:, None])  # (subsets, 1 + indicators)
    rest = chosen.y * root - basis @ (basis.T @ (chosen.y * root))
    own = np.maximum(1 - np.sum(basis**2, axis=1), np.finfo(np.float64).eps)
    predictions: Floats = chosen.y - rest / own / root
    return predictions
