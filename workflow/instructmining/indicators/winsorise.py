"""Hold the scores of examples within limits, so that a few extreme ones do not make the mean of a subset (winsorise).

The limits are quantiles of the candidates (Tukey 1962, Annals of Mathematical Statistics 33), the same for every subset
and, by the rule, for every pool.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from instructmining.arrays import Floats

Limits = tuple[float, float]
"""The lowest and the highest value that counts."""


def limits_of(values: Floats, share: float) -> Limits:
    """The quantiles that leave this share of the values at each end."""
    low, high = np.quantile(values, [share, 1 - share])
    return float(low), float(high)


def limits_in(scores: Path, indicators: Sequence[str], share: float) -> dict[str, Limits]:
    """The limits of some indicators in a table of scores."""
    table = pq.read_table(scores, columns=list(indicators))
    return {name: limits_of(table[name].to_numpy(), share) for name in indicators}


def winsorise(scores: pa.Table, limits: Mapping[str, Limits]) -> pa.Table:
    """The scores, those of some indicators held within limits."""
    for name, (low, high) in limits.items():
        held = pa.array(np.clip(scores[name].to_numpy(), low, high), pa.float64())
        scores = scores.set_column(scores.column_names.index(name), name, held)
    return scores
