"""Choose the indicators of a rule: as the paper did, by a penalty, by held-out error, or as given.

A choice may keep no indicator at all, which is then the result: nothing offered is shown to predict the log loss. The
paper's choice always keeps one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from instructmining.arrays import Floats
from instructmining.quality_rule.regression.combinations import (
    Models,
    coefficients,
    models_of,
    products,
    residual_squares,
    standardised,
    standardised_columns,
    variances,
)
from instructmining.quality_rule.regression.least_squares import Design
from instructmining.quality_rule.settings import ChoiceMethod

Chooser = Callable[[Design], "Choice"]

REPEATS = 10
"""Repeats of the cross-validation inside a choice."""
MIXING = 0.5
"""Share of the absolute values in the elastic net's penalty; the rest is of the squares."""
PENALTIES = 50
"""Penalties of the elastic net that are compared."""
HALVES = 100
"""Random halves of the subsets in which the elastic net chooses."""
STABLE = 0.8
"""Share of the halves that must keep an indicator."""


@dataclass(frozen=True)
class Choice:
    """The indicators that a choice keeps, and what it looked at."""

    indicators: tuple[str, ...]
    """Indicators that are kept."""
    models_tried: int
    """Models that were compared."""
    stability: dict[str, float] | None = None
    """Share of the random halves of the subsets that keep each indicator; None unless by elastic net."""
    expected_false: float | None = None
    """Most indicators that are expected to be kept by chance; None unless by elastic net."""


def chooser(how: ChoiceMethod, confidence: float, folds: int, seed: int) -> Chooser:
    """The choice as a function of the design, so that it can be made again in every fold."""
    functions: dict[str, Chooser] = {
        "given": lambda design: Choice(design.indicators, 1),
        "paper": lambda design: _by_r2_then_p(design, 1 - confidence),
        "bic": _by_bic,
        "cv": lambda design: _by_cross_validation(design, folds, seed),
        "elastic_net": lambda design: _by_elastic_net(design, folds, seed),
    }
    return functions[how]


def _by_r2_then_p(design: Design, significance: float) -> Choice:
    """The highest R2 among models with only significant coefficients; if there are none, the smallest p-values.

    The paper gives only the order (R2, then p-values); R2 alone would always keep every indicator.
    """
    gram = products(standardised_columns(design))
    found = []
    for models in models_of(len(design.indicators))[1:]:
        values = coefficients(gram, models)
        squares = residual_squares(gram, models, values)
        degrees = len(design.y) - models.shape[1]
        errors = np.sqrt(variances(gram, models) * (squares / degrees)[:, None])
        worst = 2 * stats.t.sf(np.abs(values / errors)[:, 1:], degrees).max(axis=1)
        found += [
            ((False, square) if p < significance else (True, p), model)
            for p, square, model in zip(worst, squares, models, strict=True)
        ]
    _, best = min(found, key=lambda item: item[0])
    return Choice(_names(design, best), len(found))


def _by_bic(design: Design) -> Choice:
    """The lowest n log(SSE) + p log(n) (Schwarz 1978)."""
    gram, count = products(standardised_columns(design)), len(design.y)
    found = []
    for models in models_of(len(design.indicators)):
        squares = residual_squares(gram, models, coefficients(gram, models))
        criterion = count * np.log(squares) + models.shape[1] * np.log(count)
        found += list(zip(criterion, models, strict=True))
    _, best = min(found, key=lambda item: float(item[0]))
    return Choice(_names(design, best), len(found))


def _by_cross_validation(design: Design, folds: int, seed: int) -> Choice:
    """The fewest indicators within one standard error of the lowest error (Breiman et al., CART (1984), 3.4.3)."""
    columns = standardised_columns(design)
    parts = _fold_products(columns, folds, np.random.default_rng([seed, 2]))  # (folds of all repeats, columns, columns)
    rest = products(columns) - parts
    weights = parts[:, 0, 0]
    found: list[tuple[Any, Floats]] = []
    for models in models_of(len(design.indicators)):
        errors = residual_squares(parts, models, coefficients(rest, models)) / weights[:, None]  # (folds, models)
        found += list(zip(models, errors.T, strict=True))
    lowest = min((errors for _, errors in found), key=np.mean)
    limit = np.mean(lowest) + np.std(lowest, ddof=1) / np.sqrt(folds)
    close = [(len(model), float(np.mean(errors)), model) for model, errors in found if np.mean(errors) <= limit]
    return Choice(_names(design, min(close, key=lambda item: item[:2])[2]), len(found))


def _fold_products(columns: Floats, folds: int, generator: np.random.Generator) -> Floats:
    """The products of the rows of each fold, in REPEATS random divisions."""
    parts = [part for _ in range(REPEATS) for part in np.array_split(generator.permutation(len(columns)), folds)]
    return np.stack([products(columns[part]) for part in parts])


def _by_elastic_net(design: Design, folds: int, seed: int) -> Choice:
    """Stability selection (Meinshausen and Buhlmann 2010), in complementary halves (Shah and Samworth 2013).

    The penalty is the largest whose cross-validated error is within one standard error of the lowest.
    """
    from sklearn.linear_model import ElasticNetCV
    from sklearn.model_selection import KFold

    generator = np.random.default_rng([seed, 3])
    root = np.sqrt(design.weights)
    x, y = standardised(design.x, design.weights) * root[:, None], standardised(design.y, design.weights) * root
    divisions = KFold(folds, shuffle=True, random_state=seed)
    path = ElasticNetCV(l1_ratio=MIXING, cv=divisions, alphas=PENALTIES, fit_intercept=False).fit(x, y)
    errors = path.mse_path_.mean(axis=1)  # (penalties,), the largest penalty first
    limit = errors.min() + path.mse_path_[errors.argmin()].std(ddof=1) / np.sqrt(folds)
    kept = _kept_in_halves(x, y, path.alphas_[np.argmax(errors <= limit)], generator)  # (halves, indicators)
    share = kept.mean(axis=0)
    names = tuple(name for name, value in zip(design.indicators, share, strict=True) if value >= STABLE)
    expected_false = float(kept.sum(axis=1).mean() ** 2 / ((2 * STABLE - 1) * len(design.indicators)))
    stability = dict(zip(design.indicators, share.tolist(), strict=True))
    return Choice(names, HALVES + PENALTIES * (folds + 1), stability, expected_false)


def _kept_in_halves(x: Floats, y: Floats, penalty: float, generator: np.random.Generator) -> NDArray[np.bool_]:
    from sklearn.linear_model import enet_path

    half, kept = len(y) // 2, []
    for _ in range(HALVES // 2):
        order = generator.permutation(len(y))
        for rows in (order[:half], order[half : 2 * half]):
            _, values, _ = enet_path(x[rows], y[rows], l1_ratio=MIXING, alphas=[penalty])
            kept.append(values[:, 0] != 0)
    return np.array(kept)


def _names(design: Design, model: Models) -> tuple[str, ...]:
    return tuple(design.indicators[column - 1] for column in model[1:])
