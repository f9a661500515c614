"""Bootstrap intervals over groups of rows: subsets, or the prompts that several judgements share."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from instructmining.arrays import Floats
from instructmining.quality_rule.regression.ranks import unit_ranks

RESAMPLES = 2000
"""Resamples of every bootstrap of the workflow."""


def interval_over_groups(
    statistic: Callable[[NDArray[np.intp], int], Any], groups: NDArray[Any], confidence: float
) -> tuple[Any, Any]:
    """Expanded percentile bootstrap interval: whole groups of rows are drawn, with replacement.

    `groups`, (rows,), says which rows belong together, as they are not independent of each other; `statistic` takes the
    indices of the rows that were drawn and the number of the resample, and returns a number or an array of them.
    """
    generator = np.random.default_rng(0)
    members = _members(groups)
    values = []
    for number in range(RESAMPLES):
        drawn = generator.integers(len(members), size=len(members))
        values.append(statistic(np.concatenate([members[i] for i in drawn]), number))
    outside = expanded_tail(len(members), confidence)
    low, high = np.quantile(values, [outside, 1 - outside], axis=0)
    return low, high


def expanded_tail(groups: int, confidence: float) -> float:
    """The share of the resamples beyond each end of an interval; smaller where groups are few.

    A resample of n groups varies too little by sqrt((n - 1) / n), and as if the variance were known: so the normal
    quantile becomes that of Student's t times the root of n / (n - 1) (Hesterberg, American Statistician 69 (2015)).
    """
    quantile = stats.t.ppf((1 + confidence) / 2, groups - 1) * np.sqrt(groups / (groups - 1))
    return float(stats.norm.sf(quantile))


def spearman_interval(a: Floats, b: Floats, confidence: float) -> tuple[float, float]:
    """Percentile bootstrap interval of Spearman's rho of (rows,), all resamples at once."""
    rows = np.random.default_rng(0).integers(len(a), size=(RESAMPLES, len(a)))
    return percentile_interval(np.sum(unit_ranks(a[rows]) * unit_ranks(b[rows]), axis=-1), confidence)


def r_squared_interval(y: Floats, predicted: Floats, weights: Floats, confidence: float) -> tuple[float, float]:
    """Percentile bootstrap interval of 1 - SSE/SST over (rows,); the predictions are held fixed.

    The interval is over the draw of the subsets that are predicted, not of those that were fitted to.
    """
    count = len(y)
    times = np.random.default_rng(0).multinomial(count, np.full(count, 1 / count), size=RESAMPLES) * weights
    mean = times @ y / times.sum(axis=1)
    total = np.sum(times * (y - mean[:, None]) ** 2, axis=1)  # (resamples,)
    return percentile_interval(1 - times @ (y - predicted) ** 2 / np.where(total > 0, total, np.inf), confidence)


def percentile_interval(values: Floats, confidence: float) -> tuple[float, float]:
    """The interval that holds the middle share `confidence` of resampled values."""
    low, high = np.quantile(values, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)


def _members(groups: NDArray[Any]) -> list[NDArray[np.intp]]:
    """The rows of each group."""
    _, of_row = np.unique(groups, return_inverse=True)
    order = np.argsort(of_row, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(of_row[order])) + 1)
