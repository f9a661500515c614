"""Whether a rule puts subsets that it was not fitted to in a better order than it would put noise.

A selection needs an order, so this is what a verdict rests on. At the sizes of a run, the held-out R2 is too uncertain
for that: docs/statistics.md says how often each finds a rule that is there.
"""

from dataclasses import replace

import numpy as np

from instructmining.quality_rule.evidence.choose import Chooser
from instructmining.quality_rule.regression.least_squares import Design, least_squares, leave_one_out
from instructmining.quality_rule.regression.ranks import spearman

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
    found = order(design, choose)
    shuffled = [
        order(replace(design, x=design.x[generator.permutation(len(design.y))]), choose) for _ in range(PERMUTATIONS)
    ]
    return (1 + sum(rho >= found - EQUAL for rho in shuffled)) / (1 + PERMUTATIONS)


def order(design: Design, choose: Chooser) -> float:
    """Spearman's rho of each subset left out with its prediction, by the indicators chosen on all; zero without any."""
    chosen = design.keep(choose(design).indicators)
    return spearman(leave_one_out(chosen, least_squares(chosen)), design.y) if chosen.indicators else 0.0
