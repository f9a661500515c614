"""Rank correlation, of one pair of columns or of many resamples at once."""

import numpy as np
from scipy import stats

from instructmining.arrays import Floats


def unit_ranks(values: Floats) -> Floats:
    """Ranks along the last axis, centred and of length one, so that products are Spearman's rho; (..., rows).

    Zeros where all values are equal, as these rank nothing.
    """
    ranks = stats.rankdata(values, axis=-1)
    centred = ranks - ranks.mean(axis=-1, keepdims=True)
    norms = np.linalg.norm(centred, axis=-1, keepdims=True)
    unit: Floats = np.divide(centred, norms, out=np.zeros_like(centred), where=norms > 0)
    return unit


def spearman(a: Floats, b: Floats) -> float:
    """Spearman's rho of (rows,); zero where one side is constant."""
    return float(unit_ranks(a) @ unit_ranks(b))
