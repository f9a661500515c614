"""Least squares of the log loss on the indicators: what can be estimated, the fit, and what it predicts of the rest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import compress
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from instructmining.arrays import Floats
from instructmining.quality_rule.regression.fitted import Fitted, Scaling, with_constant
from instructmining.quality_rule.regression.share_terms import source_of, with_shares
from instructmining.quality_rule.settings import too_few

COLLINEAR = 1e-8
"""An indicator counts as a combination of others when less than this share of its variation is its own."""
NO_PART = 1e-6
"""An indicator has no part in a combination where its standardised coefficient is smaller."""
ROUNDING = 1e-12
"""Values count as equal when they differ by less than this share of themselves."""


@dataclass(frozen=True)
class Design:
    """What the regression sees: a row per subset."""

    subsets: tuple[str, ...]
    indicators: tuple[str, ...]
    x: Floats  # (subsets, indicators)
    y: Floats  # (subsets,) mean log loss over the subset's seeds
    seeds: Floats  # (subsets,) number of seeds
    weights: Floats  # (subsets,) of the fit; 1 is that of a subset with one seed
    within: Floats  # (subsets,) sum of squares of the log loss between the subset's seeds
    sources: tuple[Mapping[str, int], ...]
    """Examples of each subset by their source."""

    @property
    def replicated(self) -> bool:
        """Whether any subset was tuned on with several seeds."""
        return bool((self.seeds > 1).any())

    @property
    def noise_degrees(self) -> int:
        """Degrees of freedom of the pure error."""
        return int(np.sum(self.seeds - 1))

    @property
    def noise_sd(self) -> float | None:
        """Pure-error SD, sqrt(sum of squares within subsets / degrees of freedom) (Draper and Smith 1998, 2.1)."""
        return float(np.sqrt(np.sum(self.within) / self.noise_degrees)) if self.replicated else None

    def keep(self, indicators: Sequence[str]) -> "Design":
        """The design with these indicators alone."""
        columns = [self.indicators.index(name) for name in indicators]
        return replace(self, indicators=tuple(indicators), x=self.x[:, columns])

    def shares(self) -> "Design":
        """The design with its share terms alone."""
        return self.keep([name for name in self.indicators if source_of(name) is not None])

    def without_shares(self) -> "Design":
        """The design without its share terms."""
        return self.keep([name for name in self.indicators if source_of(name) is None])

    def rows(self, which: NDArray[np.bool_]) -> "Design":
        """The design with some of the subsets; which is (subsets,)."""
        arrays = {name: vars(self)[name][which] for name in ("x", "y", "seeds", "weights", "within")}
        subsets, sources = compress(self.subsets, which), compress(self.sources, which)
        return replace(self, subsets=tuple(subsets), sources=tuple(sources), **arrays)


def make_design(observations: pa.Table, indicators: Sequence[str]) -> Design:
    """Average the log loss per subset; the indicators may have share terms among them.

    Raises ValueError for an unknown indicator or a value that is not finite.
    """
    observations = with_shares(observations, indicators)
    missing = [name for name in indicators if name not in observations.column_names]
    if missing:
        raise ValueError(f"indicator {missing[0]!r} is not in the observations; found {observations.column_names}")
    frame = observations.select(["subset", "log_loss", *indicators]).to_pandas()
    _check_finite(frame)
    groups = frame.groupby("subset", sort=True)
    means = groups.mean()
    seeds = groups.size().to_numpy(np.float64)
    sources = dict(zip(observations["subset"].to_pylist(), observations["sources"].to_pylist(), strict=True))
    return Design(
        subsets=tuple(means.index),
        indicators=tuple(indicators),
        x=means[list(indicators)].to_numpy(np.float64),
        y=means["log_loss"].to_numpy(np.float64),
        seeds=seeds,
        weights=seeds,
        within=groups["log_loss"].apply(_sum_of_squares).to_numpy(np.float64),
        sources=tuple(dict(sources[subset]) for subset in means.index),
    )


def _sum_of_squares(values: Any) -> float:
    return float(((values - values.mean()) ** 2).sum())


def _check_finite(frame: Any) -> None:
    for name in frame.columns.drop("subset"):
        bad = frame.loc[~np.isfinite(frame[name].to_numpy(np.float64)), "subset"]
        if len(bad):
            raise ValueError(
                f"{name} is not a finite number in subset {bad.iloc[0]} (and {len(bad) - 1} more observations);"
                " every observation needs all values: compute the missing ones again"
            )


def drop_unusable(design: Design, folds: int | None = None) -> tuple[Design, dict[str, str]]:
    """The design without indicators that cannot be estimated, and why each of these is left out.

    Of indicators that are collinear, the earlier ones are kept. Without `folds`, each subset is left out by itself.

    Raises ValueError where a fit without a fold would have no residual degree of freedom, where there is no usable
    indicator, or one loss for all.
    """
    if np.ptp(design.y) == 0:
        raise ValueError(f"the log loss is {design.y[0]:.6g} in every subset: there is nothing to explain")
    left_out = {name: reason for name in design.indicators if (reason := too_constant(_values(design, name)))}
    varying = [name for name in design.indicators if name not in left_out]
    _check_enough(design.keep(varying), folds)
    combined = linear_combinations(design.keep(varying))
    return design.keep([name for name in varying if name not in combined]), left_out | combined


def _values(design: Design, name: str) -> Floats:
    column: Floats = design.x[:, design.indicators.index(name)]
    return column


def too_constant(values: Floats) -> str | None:
    """Why the effect of an indicator cannot be estimated, or not be checked by leaving a subset out; None if it can."""
    middle = np.median(values)
    noticed = np.abs(values - middle) > ROUNDING * np.maximum(np.abs(values), np.abs(middle))
    different = int(np.sum(noticed))
    if different == 0:
        return f"is {middle:.6g} in every subset"
    return f"is {middle:.6g} in every subset but one" if different == 1 else None


def linear_combinations(design: Design) -> dict[str, str]:
    """The indicators that are, with a constant, linear combinations of earlier ones, and of which."""
    columns = zip(design.indicators, Scaling.of(design.x).apply(design.x).T, _tolerances(design.x), strict=True)
    kept: dict[str, Floats] = {}
    found: dict[str, str] = {}
    for name, column, tolerance in columns:
        parts = _parts(kept, column, tolerance)
        if parts is None:
            kept[name] = column
        else:
            found[name] = _combination_of(parts)
    return found


def _parts(others: Mapping[str, Floats], values: Floats, tolerance: float) -> list[str] | None:
    """Which of these columns make up the values, all of them standardised; None where they do not."""
    basis = with_constant(np.array([*others.values()]).T.reshape(len(values), -1))
    weights = np.linalg.lstsq(basis, values)[0]
    rest = values - basis @ weights
    if np.linalg.norm(rest) > tolerance * np.linalg.norm(values):
        return None
    return [name for name, weight in zip(others, weights[1:], strict=True) if abs(weight) > NO_PART]


def _combination_of(parts: Sequence[str]) -> str:
    return f"is a linear combination of {', '.join(parts)} over these subsets" if parts else "is equal in all subsets"


def _tolerances(x: Floats) -> Floats:
    """The share of its variation that each indicator needs for itself: COLLINEAR, or what rounding makes up."""
    largest = np.abs(x).max(axis=0) / Scaling.of(x).scale
    tolerances: Floats = np.maximum(COLLINEAR, 8 * np.finfo(np.float64).eps * largest)
    return tolerances


def determined(design: Design) -> bool:
    """Whether the subsets determine all coefficients."""
    columns = with_constant(Scaling.of(design.x).apply(design.x))
    if len(columns) < columns.shape[1]:
        return False
    own = np.abs(np.diag(np.linalg.qr(columns, mode="r"))[1:])
    return bool((own > _tolerances(design.x) * np.linalg.norm(columns[:, 1:], axis=0)).all())


def estimable(design: Design) -> Design:
    """The design without the indicators that these subsets do not determine, as when others are left out."""
    if determined(design):
        return design
    combined = linear_combinations(design)
    return design.keep([name for name in design.indicators if name not in combined])


def _check_enough(varying: Design, folds: int | None) -> None:
    if not varying.indicators:
        raise ValueError("no indicator varies over the subsets; offer others in quality_rule.indicators")
    shares = len(varying.shares().indicators)
    if problem := too_few(len(varying.subsets), len(varying.indicators) - shares, folds, shares):
        raise ValueError(problem)


def least_squares(design: Design) -> Fitted:
    """The fit in the units of the indicators; without indicators it is the mean.

    Raises ValueError where the subsets do not determine all coefficients.
    """
    import statsmodels.api as sm

    if not determined(design):
        raise ValueError(_undetermined(design))
    scaling = Scaling.of(design.x, design.weights)
    columns = with_constant(scaling.apply(design.x))
    return Fitted(sm.WLS(design.y, columns, weights=design.weights).fit(), scaling)


def _undetermined(design: Design) -> str:
    combined = linear_combinations(design)
    reasons = "; ".join(f"{name} {reason}" for name, reason in combined.items())
    return (
        f"{len(design.subsets)} subsets do not determine the coefficients of {len(design.indicators)} indicators:"
        f" {reasons}; leave {', '.join(combined)} out of quality_rule.indicators, or raise sampling.subsets"
    )


def leave_one_out(design: Design, result: Fitted) -> Floats:
    """Predict each subset from a fit without it: y - e / (1 - h), h the leverage (Allen 1974, PRESS); (subsets,).

    Exact also for weights, with the leverage of the weighted fit. Raises ValueError where a fit without one subset does
    not exist.
    """
    leverage = result.influence.hat_matrix_diag  # (subsets,)
    if (leverage > 1 - 1e-9).any():
        subset = design.subsets[int(leverage.argmax())]
        raise ValueError(
            f"without subset {subset} the rule cannot be fitted, so it cannot be checked on that subset;"
            " raise sampling.subsets, or name fewer indicators in quality_rule.indicators"
        )
    predictions: Floats = design.y - result.resid / (1 - leverage)
    return predictions


def r_squared(y: Floats, predicted: Floats, weights: Floats) -> float:
    """1 - SSE/SST, SST about the mean of all rows; all three (rows,).

    In the sample it is R2 of the fit. For left-out predictions, the mean gets zero at best, as each leaves its row out.
    """
    mean = np.average(y, weights=weights)
    return float(1 - np.sum(weights * (y - predicted) ** 2) / np.sum(weights * (y - mean) ** 2))


def mean_only_r_squared(design: Design) -> float:
    """Left-out R2 of the rule that has no indicators; never above zero."""
    total, weight = np.sum(design.weights * design.y), np.sum(design.weights)
    others = (total - design.weights * design.y) / (weight - design.weights)
    return r_squared(design.y, others, design.weights)
