"""Least squares of the log loss on the indicators, through statsmodels, and how well it predicts left-out subsets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import compress
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from instructmining.arrays import Floats

COLLINEAR = 1e-8
"""An indicator counts as a combination of others when less than this share of its variation is its own."""


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

    def rows(self, which: NDArray[np.bool_]) -> "Design":
        """The design with some of the subsets; which is (subsets,)."""
        arrays = {name: vars(self)[name][which] for name in ("x", "y", "seeds", "weights", "within")}
        subsets, sources = compress(self.subsets, which), compress(self.sources, which)
        return replace(self, subsets=tuple(subsets), sources=tuple(sources), **arrays)


def make_design(observations: pa.Table, indicators: Sequence[str]) -> Design:
    """Average the log loss per subset; raises ValueError for an unknown indicator or a value that is not finite."""
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


def drop_unusable(design: Design) -> tuple[Design, dict[str, str]]:
    """The design without indicators that cannot be estimated, and why each of these is left out.

    Of indicators that are collinear, the earlier ones are kept.

    Raises ValueError where there are fewer subsets than indicators + 3, no usable indicator, or one loss for all.
    """
    if np.ptp(design.y) == 0:
        raise ValueError(f"the log loss is {design.y[0]:.6g} in every subset: there is nothing to explain")
    left_out = {name: reason for name in design.indicators if (reason := too_constant(_values(design, name)))}
    varying = [name for name in design.indicators if name not in left_out]
    _check_enough(len(design.subsets), len(varying))
    kept: list[str] = []
    for name in varying:
        if _is_combination(design.keep(kept).x, _values(design, name)):
            left_out[name] = f"is a linear combination of {', '.join(kept)} over these subsets"
        else:
            kept.append(name)
    return design.keep(kept), left_out


def _values(design: Design, name: str) -> Floats:
    column: Floats = design.x[:, design.indicators.index(name)]
    return column


def too_constant(values: Floats) -> str | None:
    """Why the effect of an indicator cannot be estimated, or not be checked by leaving a subset out; None if it can."""
    middle = np.median(values)
    different = int(np.sum(~np.isclose(values, middle, rtol=1e-9, atol=1e-12)))
    if different == 0:
        return f"is {middle:.6g} in every subset"
    return f"is {middle:.6g} in every subset but one" if different == 1 else None


def _is_combination(others: Floats, values: Floats) -> bool:
    """Whether a column is, with a constant, a linear combination of others: the rest of its projection vanishes."""
    centred = others - others.mean(axis=0)
    basis, _ = np.linalg.qr(centred / centred.std(axis=0))
    standardised = (values - values.mean()) / values.std()
    rest = standardised - basis @ (basis.T @ standardised)
    return bool(np.linalg.norm(rest) < COLLINEAR * np.linalg.norm(standardised))


def _check_enough(subsets: int, indicators: int) -> None:
    if indicators == 0:
        raise ValueError("no indicator varies over the subsets; offer others in quality_rule.indicators")
    if subsets < indicators + 3:
        raise ValueError(
            f"{subsets} subsets are too few for {indicators} indicators: at least {indicators + 3} are needed"
            f" (indicators + 3); raise sampling.subsets to {indicators + 3} or more (several times the number of"
            f" indicators is better), or name at most {max(subsets - 3, 0)} in quality_rule.indicators"
        )


def least_squares(design: Design) -> Any:
    """The statsmodels result, the constant first; without indicators it is the mean."""
    import statsmodels.api as sm

    return sm.WLS(design.y, with_constant(design.x), weights=design.weights).fit()


def whitened(result: Any) -> Any:
    """The same fit as least squares of rows times the roots of their weights: statsmodels has no influence for WLS."""
    import statsmodels.api as sm

    return sm.OLS(result.model.wendog, result.model.wexog).fit()


def with_constant(x: Floats) -> Floats:
    """(rows, indicators) -> (rows, 1 + indicators), ones first."""
    return np.column_stack([np.ones(len(x)), x])


def leave_one_out(design: Design, result: Any) -> Floats:
    """Predict each subset from a fit without it: y - e / (1 - h), h the leverage (Allen 1974, PRESS); (subsets,).

    Exact also for weights, with the leverage of the weighted fit. Raises ValueError where a fit without one subset does
    not exist.
    """
    leverage = whitened(result).get_influence().hat_matrix_diag  # (subsets,)
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
