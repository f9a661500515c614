"""Intervals over seeds, over test examples and over both; p-values, and their correction for several tests."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats
from statsmodels.stats.multitest import multipletests

from instructmining.arrays import Floats
from instructmining.comparison.result import Estimate
from instructmining.quality_rule.regression.bootstrap import RESAMPLES, percentile_interval


@dataclass(frozen=True)
class LossDifferences:
    """The loss of one arm minus the loss of another on one eval set, for each seed and example."""

    nats: Floats
    """Differences in nats, summed over the tokens of an example; (seeds, examples)."""
    tokens: Floats
    """Response tokens; (examples,)."""


def over_seeds(values: Sequence[float], confidence: float) -> Estimate:
    """Mean and Student's t interval; where all values are equal, the interval is that value."""
    mean, sd = float(np.mean(values)), float(np.std(values, ddof=1))
    if sd == 0:
        return Estimate(mean, sd, mean, mean, tuple(values))
    low, high = stats.t.interval(confidence, len(values) - 1, loc=mean, scale=stats.sem(values))
    return Estimate(mean, sd, float(low), float(high), tuple(values))


def over_examples(eval_sets: Sequence[LossDifferences], confidence: float) -> tuple[float, float]:
    """Percentile bootstrap interval of the difference in loss per token, mean over eval sets, examples resampled.

    Each eval set is resampled separately, as its size is fixed; the seeds are held fixed.
    """
    resampled = [_resample(eval_set, np.random.default_rng(seed)) for seed, eval_set in enumerate(eval_sets)]
    return percentile_interval(np.mean(resampled, axis=0), confidence)


def over_both(eval_sets: Sequence[LossDifferences], confidence: float) -> tuple[float, float]:
    """The same with seeds resampled too; all eval sets share the resampled seeds, as they share the fine-tunes.

    With few seeds n, a bootstrap is too narrow by about the factor sqrt((n - 1) / n); the t interval is not.
    """
    generator = np.random.default_rng(0)
    seeds = len(eval_sets[0].nats)
    weights = generator.multinomial(seeds, np.full(seeds, 1 / seeds), RESAMPLES) / seeds
    resampled = [_resample_both(eval_set, weights, generator) for eval_set in eval_sets]
    return percentile_interval(np.mean(resampled, axis=0), confidence)


def _resample_both(eval_set: LossDifferences, weights: Floats, generator: np.random.Generator) -> Floats:
    """The differences per token for seeds with these weights, (RESAMPLES, seeds), and resampled examples."""
    examples = len(eval_set.tokens)
    parts = []
    for some in np.array_split(weights, 20):  # keeps memory low for large eval sets
        times = generator.multinomial(examples, np.full(examples, 1 / examples), len(some))
        parts.append(((some @ eval_set.nats) * times).sum(axis=1) / (times @ eval_set.tokens))
    return np.concatenate(parts)


def p_value(differences: Sequence[float]) -> float | None:
    """Two-sided p-value of Student's t-test that the mean is zero; None where all values are equal or there is one."""
    if len(set(differences)) < 2:
        return None
    return float(stats.ttest_1samp(differences, 0).pvalue)


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """The p-values corrected for their number (Holm 1979); None stays None and counts as no test."""
    known = [p for p in p_values if p is not None]
    corrected = iter(multipletests(known, method="holm")[1].tolist() if known else [])
    return [None if p is None else next(corrected) for p in p_values]


def _resample(eval_set: LossDifferences, generator: np.random.Generator) -> Floats:
    """The differences per token of all resamples; (RESAMPLES,)."""
    result = stats.bootstrap(
        (eval_set.nats.mean(axis=0), eval_set.tokens),
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
