"""Intervals over seeds and over test examples."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from instructmining.comparison.result import Estimate

Floats = NDArray[np.float64]
RESAMPLES = 2000


@dataclass(frozen=True)
class Paired:
    """Of one eval set, per example: the loss of one arm minus another's (nats, mean over seeds), and the tokens."""

    difference: Floats  # (examples,)
    tokens: Floats  # (examples,)


def over_seeds(values: Sequence[float], confidence: float) -> Estimate:
    """Mean and Student's t interval; where all values are equal, the interval is that value."""
    mean, sd = float(np.mean(values)), float(np.std(values, ddof=1))
    if sd == 0:
        return Estimate(mean, sd, mean, mean, tuple(values))
    low, high = stats.t.interval(confidence, len(values) - 1, loc=mean, scale=stats.sem(values))
    return Estimate(mean, sd, float(low), float(high), tuple(values))


def over_examples(eval_sets: Sequence[Paired], confidence: float) -> tuple[float, float]:
    """Percentile bootstrap interval of the difference in loss per token, mean over eval sets, examples resampled.

    Each eval set is resampled by itself, as its size is given; the seeds are held fixed.
    """
    resampled = [_resample(eval_set, np.random.default_rng(seed)) for seed, eval_set in enumerate(eval_sets)]
    outside = (1 - confidence) / 2
    low, high = np.quantile(np.mean(resampled, axis=0), [outside, 1 - outside])
    return float(low), float(high)


def _resample(eval_set: Paired, generator: np.random.Generator) -> Floats:
    """The differences per token of all resamples; (RESAMPLES,)."""
    result = stats.bootstrap(
        (eval_set.difference, eval_set.tokens),
        _per_token,
        paired=True,
        vectorized=True,
        n_resamples=RESAMPLES,
        batch=200,
        method="percentile",
        rng=generator,
    )
    distribution: Floats = result.bootstrap_distribution
    return distribution


def _per_token(difference: Floats, tokens: Floats, axis: int = -1) -> Floats:
    ratio: Floats = difference.sum(axis=axis) / tokens.sum(axis=axis)
    return ratio
