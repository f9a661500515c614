"""The uncertainty of a mean over seeds and test examples: its interval and p-value, and Holm's correction for several.

A difference in loss varies between seeds and between test examples, and each seed meets each example: the two are
crossed. The variance of its mean has a part for each. The interval adds the squares of what Student's t makes of each
part, as Banerjee (1961, Sankhya 23: 359-378) does for two means: it covers the truth at least as often as it says where
both parts are normal. Satterthwaite's degrees of freedom do not at two or three seeds, and a bootstrap over so few
seeds is too narrow (`benchmarks/coverage/comparison.py`).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import optimize, special, stats

from instructmining.arrays import Floats
from instructmining.comparison.result import Estimate

LOWEST_P = 1e-12
"""Smaller p-values are given as this one."""
ROUNDING = 1e-9
"""Losses and rates that differ by less than this differ by the rounding of floats alone."""


@dataclass(frozen=True)
class LossDifferences:
    """The loss of one arm minus the loss of another on one eval set, for each seed and example."""

    nats: Floats
    """Differences in nats, summed over the tokens of an example; (seeds, examples)."""
    tokens: Floats
    """Response tokens; (examples,)."""

    @property
    def by_seed(self) -> Floats:
        """The difference per token of each seed; (seeds,)."""
        ratio: Floats = self.nats.sum(axis=1) / self.tokens.sum()
        return ratio


@dataclass(frozen=True)
class Part:
    """One part of the variance of a mean."""

    variance: float
    """The part, in the unit of the mean squared."""
    degrees: int
    """Degrees of freedom that it was estimated with."""


@dataclass(frozen=True)
class Mean:
    """A mean and the parts of its variance."""

    value: float
    """The mean."""
    parts: tuple[Part, ...]
    """Independent parts of its variance."""

    def interval(self, confidence: float) -> tuple[float, float]:
        """The interval at a level such as 0.95."""
        half = self._half_width(1 - confidence)
        return self.value - half, self.value + half

    @property
    def p_value(self) -> float | None:
        """The level 1 - p interval ends at zero for this p; None where nothing varies."""
        if sum(part.variance for part in self.parts) <= ROUNDING**2:
            return None
        if self._half_width(LOWEST_P) < abs(self.value):
            return LOWEST_P
        return float(optimize.brentq(lambda p: self._half_width(p) - abs(self.value), LOWEST_P, 1, xtol=LOWEST_P))

    def _half_width(self, level: float) -> float:
        return math.sqrt(sum(part.variance * special.stdtrit(part.degrees, level / 2) ** 2 for part in self.parts))


def over_seeds(values: Sequence[float], confidence: float) -> Estimate:
    """Mean and Student's t interval; where all values are equal, the interval is that value."""
    mean, sd = float(np.mean(values)), float(np.std(values, ddof=1))
    if sd == 0:
        return Estimate(mean, sd, mean, mean, tuple(values))
    low, high = stats.t.interval(confidence, len(values) - 1, loc=mean, scale=stats.sem(values))
    return Estimate(mean, sd, float(low), float(high), tuple(values))


def over_seeds_and_examples(eval_sets: Sequence[LossDifferences]) -> Mean:
    """The difference in loss per token, mean over eval sets, which share the seeds but no examples.

    The first part is that of seeds, the others are those of the examples of each eval set.
    """
    by_seed = np.mean([eval_set.by_seed for eval_set in eval_sets], axis=0)
    seeds = Part(float(by_seed.var(ddof=1)) / len(by_seed), len(by_seed) - 1)
    examples = [_of_examples(eval_set, len(eval_sets)) for eval_set in eval_sets]
    return Mean(float(by_seed.mean()), (seeds, *examples))


def _of_examples(eval_set: LossDifferences, sets: int) -> Part:
    """What examples add to the variance of the mean over so many eval sets.

    Each example counts by its influence on the ratio of nats to tokens. What seeds and examples do together is taken
    off, as the part of the seeds has it already; a part below zero is none.
    """
    nats, tokens = eval_set.nats, eval_set.tokens
    influence = (nats - eval_set.by_seed.mean() * tokens) / tokens.mean()  # (seeds, examples)
    seeds, examples = influence.shape
    of_example = influence.mean(axis=0)
    rest = influence - of_example - influence.mean(axis=1, keepdims=True) + influence.mean()
    together = (rest**2).sum() / ((seeds - 1) * (examples - 1) * seeds)
    variance = max(0.0, float(of_example.var(ddof=1) - together)) / examples
    return Part(variance / sets**2, examples - 1)


def vary(values: Sequence[float]) -> bool:
    """Whether there are several values that differ by more than rounding."""
    return len(values) > 1 and max(values) - min(values) > ROUNDING


def p_value(differences: Sequence[float]) -> float | None:
    """Two-sided p-value of Student's t-test that the mean is zero; None where the values do not vary."""
    return float(stats.ttest_1samp(differences, 0).pvalue) if vary(differences) else None


def corrected_confidence(confidence: float, p: float | None, p_adjusted: float | None) -> float:
    """The level at which an interval excludes zero exactly where the corrected p-value is below 1 - confidence.

    It is no lower than `confidence`; where nothing was tested, it is that.
    """
    return confidence if p is None or p_adjusted is None else 1 - (1 - confidence) * p / p_adjusted
