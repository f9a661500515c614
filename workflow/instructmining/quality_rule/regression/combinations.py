"""Least squares of every model that some indicators allow, many at once.

A model is a row of column numbers; column 0 is the constant and the last column the log loss. Least squares needs
nothing of the data but the products of columns, and those without a fold are those of all rows minus those of the fold.
"""

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from instructmining.arrays import Floats
from instructmining.quality_rule.regression.fitted import Scaling, with_constant
from instructmining.quality_rule.regression.least_squares import Design
from instructmining.quality_rule.settings import MOST_INDICATORS

Models = NDArray[np.intp]
RIDGE = 1e-12
"""Keeps a fold solvable in which a column is constant; far below what rounding does to any other."""


def models_of(indicators: int) -> list[Models]:
    """All models by their size, the constant alone first; each (models, 1 + indicators in the model).

    Raises ValueError for more than MOST_INDICATORS.
    """
    if indicators > MOST_INDICATORS:
        raise ValueError(
            f"{indicators} indicators make {2**indicators:,} models; name at most {MOST_INDICATORS} in"
            " quality_rule.indicators, or set quality_rule.choice to elastic_net"
        )
    columns = range(1, indicators + 1)
    return [
        np.array([(0, *chosen) for chosen in combinations(columns, size)], dtype=np.intp)
        for size in range(indicators + 1)
    ]


def standardised_columns(design: Design) -> Floats:
    """Constant, indicators and log loss, standardised, times the roots of the weights; (subsets, 2 + indicators)."""
    values = standardised(np.column_stack([design.x, design.y]), design.weights)
    return np.asarray(with_constant(values) * np.sqrt(design.weights)[:, None], dtype=np.float64)


def standardised(values: Floats, weights: Floats) -> Floats:
    """With a weighted mean of 0 and an SD of 1; (subsets,) or (subsets, columns)."""
    return Scaling.of(values, weights).apply(values)


def products(columns: Floats) -> Floats:
    """(..., rows, columns) -> (..., columns, columns)."""
    return np.swapaxes(columns, -1, -2) @ columns


def coefficients(gram: Floats, models: Models) -> Floats:
    """(..., columns, columns) and (models, size) -> (..., models, size)."""
    left, right = _normal_equations(gram, models)
    ridge = RIDGE * gram[..., 0, 0][..., None, None, None] * np.eye(models.shape[1])
    return np.asarray(np.linalg.solve(left + ridge, right[..., None])[..., 0], dtype=np.float64)


def residual_squares(gram: Floats, models: Models, values: Floats) -> Floats:
    """Residual sum of squares of models with these coefficients over the rows of `gram`; (..., models)."""
    left, right = _normal_equations(gram, models)
    explained = 2 * np.einsum("...i,...i->...", values, right) - np.einsum("...i,...ij,...j->...", values, left, values)
    squares: Floats = gram[..., -1, -1][..., None] - explained
    return squares


def variances(gram: Floats, models: Models) -> Floats:
    """Variances of the coefficients in units of the residual variance: the diagonal of the inverse; (models, size)."""
    left, _ = _normal_equations(gram, models)
    diagonal: Floats = np.diagonal(np.linalg.inv(left), axis1=-2, axis2=-1)
    return diagonal


def _normal_equations(gram: Floats, models: Models) -> tuple[Floats, Floats]:
    return gram[..., models[:, :, None], models[:, None, :]], gram[..., models, -1]
