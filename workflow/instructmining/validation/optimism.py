"""How much better a rule promises its own choice to be than it can be expected to be.

The examples for which a rule predicts the lowest loss are those for which its slopes are lower than the true ones, too
(the optimizer's curse: Smith and Winkler, Management Science 52 (2006), 311-322). How much that makes is simulated:
slopes are drawn about those of the rule from their sampling distribution, each chooses its own examples, and what it
promises for these is compared with what the rule says of them.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from instructmining.arrays import Floats
from instructmining.quality_rule.regression.redrawn import draw_slopes
from instructmining.quality_rule.rule import QualityRule


@dataclass(frozen=True)
class Optimism:
    """What a rule of the same accuracy promises too much, in log loss."""

    mean: float
    """How far the loss is above the promised one on average."""
    variance: float
    """Variance of that over rules."""


@dataclass(frozen=True)
class OwnChoices:
    """What rules of the same accuracy choose from a pool by themselves."""

    means: Floats
    """The means of what each chooses; (rules, terms)."""
    errors: Floats
    """How far the slopes that count as the true ones are above those of each; (rules, terms)."""

    def optimism(self, origin: Floats) -> Optimism:
        """The optimism about the choice, both losses measured from those of a set with the means `origin`, (terms,)."""
        excess = np.sum((self.means - origin) * self.errors, axis=1)
        return Optimism(float(np.mean(excess)), float(np.var(excess)))


def own_choices(rule: QualityRule, pool: pa.Table, size: int) -> OwnChoices:
    """What rules about this one choose: the first `size` examples of a pool.

    Raises ValueError where the rule does not say how certain its coefficients are.
    """
    if rule.covariance is None:
        raise ValueError("the rule has no covariance of its coefficients; fit it again")
    slopes = np.array([term.coefficient for term in rule.terms])
    values = np.column_stack([rule.values(pool, term) for term in rule.terms])
    drawn = draw_slopes(slopes, np.array(rule.covariance), rule.residual_degrees, np.random.default_rng(0))
    return OwnChoices(np.array([_means_of_best(values, each, size) for each in drawn]), slopes - drawn)


def _means_of_best(values: Floats, slopes: Floats, size: int) -> Floats:
    """The means of the examples for which these slopes predict the lowest losses; (terms,)."""
    losses = values @ slopes
    means: Floats = values[np.argpartition(losses, size - 1)[:size]].mean(axis=0)
    return means
