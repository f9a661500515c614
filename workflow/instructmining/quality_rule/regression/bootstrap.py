"""Bootstrap intervals over groups of rows: subsets, or the prompts that several judgements share."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from instructmining.quality_rule.rule import Floats

RESAMPLES = 1000


def interval_over_groups(
    statistic: Callable[[NDArray[np.intp]], Any], groups: NDArray[Any], confidence: float
) -> tuple[Any, Any]:
    """Percentile bootstrap interval: whole groups of rows are drawn, with replacement.

    `groups`, (rows,), says which rows go together, as they are not independent of each other; `statistic` takes the
    numbers of the rows that were drawn, and returns a number or an array of them.
    """
    generator = np.random.default_rng(0)
    members = _members(groups)
    values = []
    for _ in range(RESAMPLES):
        drawn = generator.integers(len(members), size=len(members))
        values.append(statistic(np.concatenate([members[i] for i in drawn])))
    low, high = np.quantile(values, [(1 - confidence) / 2, (1 + confidence) / 2], axis=0)
    return low, high


def spearman(a: Floats, b: Floats) -> float:
    """Spearman's rho; zero where one side is constant, as it then ranks nothing."""
    return float(_rank_correlations(a[None], b[None])[0])


def spearman_interval(a: Floats, b: Floats, confidence: float) -> tuple[float, float]:
    """Percentile bootstrap interval of Spearman's rho of (rows,), all resamples at once."""
    rows = np.random.default_rng(0).integers(len(a), size=(RESAMPLES, len(a)))
    return middle(_rank_correlations(a[rows], b[rows]), confidence)


def r_squared_interval(y: Floats, predicted: Floats, weights: Floats, confidence: float) -> tuple[float, float]:
    """Percentile bootstrap interval of 1 - SSE/SST over (rows,); the predictions are held fixed.

    So it tells what other subsets to be predicted would do, not what other subsets to be fitted on would.
    """
    count = len(y)
    times = np.random.default_rng(0).multinomial(count, np.full(count, 1 / count), size=RESAMPLES) * weights
    mean = times @ y / times.sum(axis=1)
    total = np.sum(times * (y - mean[:, None]) ** 2, axis=1)  # (resamples,)
    return middle(1 - times @ (y - predicted) ** 2 / np.where(total > 0, total, np.inf), confidence)


def _rank_correlations(a: Floats, b: Floats) -> Floats:
    """Spearman's rho of each row; (resamples, rows) -> (resamples,)."""
    ranks = [stats.rankdata(values, axis=1) for values in (a, b)]
    x, y = (rank - rank.mean(axis=1, keepdims=True) for rank in ranks)
    scale = np.sqrt((x**2).sum(axis=1) * (y**2).sum(axis=1))
    rho: Floats = np.divide((x * y).sum(axis=1), scale, out=np.zeros(len(x)), where=scale > 0)
    return rho


def middle(values: Floats, confidence: float) -> tuple[float, float]:
    """The middle of many resampled values, as an interval."""
    low, high = np.quantile(values, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)


def _members(groups: NDArray[Any]) -> list[NDArray[np.intp]]:
    """The rows of each group."""
    _, of_row = np.unique(groups, return_inverse=True)
    order = np.argsort(of_row, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(of_row[order])) + 1)
