"""One rule fitted to several tables of observations - of designs, models, eval sets or seeds - and how they differ.

Variants that share their subsets are compared subset by subset: the draw of examples moves the losses of all of them
together, so they are not independent, and their differences are more certain than their values.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pyarrow as pa
from scipy import stats
from scipy.linalg import block_diag

from instructmining.arrays import Floats
from instructmining.quality_rule.across.result import Coefficient, Difference, Equality, Transfer
from instructmining.quality_rule.regression.bootstrap import r_squared_interval, spearman_interval
from instructmining.quality_rule.regression.fitted import Fitted
from instructmining.quality_rule.regression.least_squares import (
    ROUNDING,
    Design,
    drop_unusable,
    least_squares,
    leave_one_out,
    make_design,
    r_squared,
)
from instructmining.quality_rule.regression.ranks import spearman


@dataclass(frozen=True)
class Variant:
    """A fit to the observations of one design, model, eval set or seed."""

    name: str
    design: Design
    result: Fitted
    left_out: Floats  # (subsets,) each subset predicted by a fit without it

    def predict(self, x: Floats) -> Floats:
        """Predicted log loss of rows of indicators; (rows, indicators) -> (rows,)."""
        return self.result.predict(x)


def fit_variants(tables: Mapping[str, pa.Table], indicators: Sequence[str]) -> tuple[list[Variant], dict[str, str]]:
    """Fit the indicators that all tables allow to each of them; also which are left out, and why.

    Raises ValueError where a table cannot be fitted, or two are the same.
    """
    designs = {name: make_design(table, indicators) for name, table in tables.items()}
    _check_different(designs)
    left_out = {
        indicator: f"{reason} ({name})"
        for name, design in reversed(designs.items())
        for indicator, reason in drop_unusable(design)[1].items()
    }
    kept = [name for name in indicators if name not in left_out]
    return [_fit(name, design.keep(kept)) for name, design in designs.items()], left_out


def _check_different(designs: Mapping[str, Design]) -> None:
    for (a, first), (b, second) in combinations(designs.items(), 2):
        if np.array_equal(first.x, second.x) and np.array_equal(first.y, second.y):
            raise ValueError(f"{a} and {b} have the same indicators and losses; give each set of observations once")


def _fit(name: str, design: Design) -> Variant:
    result = least_squares(design)
    return Variant(name, design, result, leave_one_out(design, result))


def share_subsets(variants: Sequence[Variant]) -> bool:
    """Whether all variants are of the same subsets, weighted alike."""
    first = variants[0].design
    return all(
        v.design.subsets == first.subsets
        and np.allclose(v.design.x, first.x, rtol=ROUNDING, atol=0)
        and np.array_equal(v.design.weights, first.weights)
        for v in variants
    )


def coefficients(result: Fitted, indicators: Sequence[str], units: Floats, confidence: float) -> list[Coefficient]:
    """The coefficients of a fit, the constant left out; `units` is how much of each indicator is one unit."""
    intervals = result.conf_int(1 - confidence)[1:] * units[:, None]
    columns = (result.params[1:] * units, result.bse[1:] * units, intervals[:, 0], intervals[:, 1], result.pvalues[1:])
    rows = zip(indicators, *columns, strict=True)
    return [Coefficient(name, *map(float, numbers)) for name, *numbers in rows]


def difference(a: Variant, b: Variant, units: Floats, confidence: float) -> Difference:
    """The coefficients of `a` minus those of `b`, in the same units."""
    return Difference(a.name, b.name, tuple(differences(a, b, units, confidence)))


def differences(a: Variant, b: Variant, units: Floats, confidence: float) -> list[Coefficient]:
    """Coefficients of `a` minus those of `b`, in the same units.

    Over shared subsets they are the coefficients of a fit to the differences of the log loss, an exact test; otherwise
    Welch's approximation to the difference of two independent estimates.
    """
    design = a.design
    if share_subsets([a, b]):
        between = replace(design, y=design.y - b.design.y)
        return coefficients(least_squares(between), design.indicators, units, confidence)
    value = (a.result.params - b.result.params)[1:] * units
    parts = np.array([(variant.result.bse[1:] * units) ** 2 for variant in (a, b)])
    degrees = parts.sum(axis=0) ** 2 / (parts[0] ** 2 / a.result.df_resid + parts[1] ** 2 / b.result.df_resid)
    error = np.sqrt(parts.sum(axis=0))
    half = stats.t.ppf((1 + confidence) / 2, degrees) * error
    p_values = 2 * stats.t.sf(np.abs(value / error), degrees)
    rows = zip(design.indicators, value, error, value - half, value + half, p_values, strict=True)
    return [Coefficient(name, *map(float, numbers)) for name, *numbers in rows]


def equal_coefficients(variants: Sequence[Variant]) -> Equality:
    """Test whether all variants have the same coefficients, their intercepts aside."""
    return _paired_equality(variants) if share_subsets(variants) else _wald(variants)


def _paired_equality(variants: Sequence[Variant]) -> Equality:
    """Multivariate regression of the differences between variants; with two of them the F-test of one regression."""
    from statsmodels.multivariate.manova import MANOVA

    design, count = variants[0].design, len(variants)
    root = np.sqrt(design.weights)[:, None]
    columns = variants[0].result.columns * root
    losses = np.column_stack([variant.design.y for variant in variants]) * root
    slopes = np.eye(columns.shape[1])[1:]
    contrasts = np.vstack([np.ones(count - 1), -np.eye(count - 1)])
    row = MANOVA(losses, columns).mv_test([("equal", slopes, contrasts)]).results["equal"]["stat"].loc["Wilks' lambda"]
    degrees = float(row["Num DF"]), float(row["Den DF"])
    return Equality("Wilks' lambda, paired by subset", float(row["F Value"]), *degrees, float(row["Pr > F"]))


def _wald(variants: Sequence[Variant]) -> Equality:
    """Wald's test of independent fits, each with the noise that it has, divided by the number of restrictions.

    Unlike Chow's (1960) it does not suppose that all variants are equally noisy. The denominator has the fewest degrees
    of freedom of any fit, which makes it cautious.
    """
    first, *others = variants
    change = np.concatenate([(other.result.params - first.result.params)[1:] for other in others])
    shared = first.result.cov_params()[1:, 1:]
    covariance = np.kron(np.ones((len(others), len(others))), shared)
    covariance += block_diag(*(other.result.cov_params()[1:, 1:] for other in others))
    unit = np.sqrt(np.diag(covariance))  # so that the indicators' units do not matter to the solver
    f = float(change / unit @ np.linalg.solve(covariance / np.outer(unit, unit), change / unit)) / len(change)
    degrees = min(float(variant.result.df_resid) for variant in variants)
    return Equality(
        "Wald, each with its own noise", f, len(change), degrees, float(stats.f.sf(f, len(change), degrees))
    )


def transfer(fitted: Variant, tested: Variant, confidence: float) -> Transfer:
    """How well the rule of one variant predicts another; over shared subsets, and for one and the same, held out."""
    held_out = share_subsets([fitted, tested])
    design = tested.design
    predicted = fitted.left_out if held_out else fitted.predict(design.x)
    weights, residuals = design.weights, design.y - predicted
    low, high = spearman_interval(predicted, design.y, confidence)
    r2_low, r2_high = r_squared_interval(design.y, predicted, weights, confidence)
    return Transfer(
        fitted_on=fitted.name,
        tested_on=tested.name,
        held_out=held_out,
        spearman=spearman(predicted, design.y),
        spearman_low=low,
        spearman_high=high,
        error=float(np.sqrt(np.average(residuals**2, weights=weights))),
        r2=r_squared(design.y, predicted, weights),
        r2_low=r2_low,
        r2_high=r2_high,
        recentred_r2=r_squared(design.y, predicted + np.average(residuals, weights=weights), weights),
    )


def transfers(variants: Sequence[Variant], confidence: float) -> list[Transfer]:
    """Every variant's rule tested on every variant, itself included."""
    return [transfer(fitted, tested, confidence) for fitted in variants for tested in variants]


def pairs(variants: Sequence[Variant]) -> list[tuple[Variant, Variant]]:
    """Every two variants, once."""
    return list(combinations(variants, 2))
