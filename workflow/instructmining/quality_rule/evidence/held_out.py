"""How well a rule predicts subsets that it was not fitted to, beside rules that cost less.

In folds, random subsets are left out; they come from the same sources as those that are fitted on. Where every subset
is of one source, the subsets of a source are left out together, too. Where subsets are mixtures, a source left out is
still in the others, so nothing is said about new sources. Whatever is chosen from the data is chosen anew without the
subsets left out. None of these figures has an interval: at the sizes of a run, intervals are too narrow or say nothing
(docs/statistics.md), so `order` and `added` test what can be tested.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from instructmining.arrays import Floats
from instructmining.quality_rule.evidence.added import added
from instructmining.quality_rule.regression.least_squares import Design, estimable, least_squares, r_squared
from instructmining.quality_rule.regression.ranks import spearman
from instructmining.quality_rule.rule import HeldOut

Labels = NDArray[Any]
Keep = Callable[[Design], Sequence[str]]
"""The indicators that are fitted, given what there is to fit to."""
Predict = Callable[[Design, Design, float], Floats]
"""Value, low and high, (3, subsets left out), given what is fitted, what is left out, and the level."""


@dataclass(frozen=True)
class Predicted:
    """Every subset, predicted by a fit without it."""

    value: Floats  # (subsets,)
    low: Floats
    high: Floats

    def covers(self, y: Floats) -> float | None:
        """Share of subsets inside their prediction interval; None where there are no intervals."""
        return None if np.isnan(self.low).all() else float(np.mean((self.low <= y) & (y <= self.high)))


def predict_by_least_squares(fitted: Design, left_out: Design, confidence: float) -> Floats:
    """Value, low and high; (3, subsets left out). A subset with more weight varies less about the rule.

    An indicator that the others do not determine, such as one that is zero in all of them, has no part in the fit.
    """
    kept = estimable(fitted)
    left_out = left_out.keep(kept.indicators)
    result = least_squares(kept)
    variance = result.mse_resid / left_out.weights + result.prediction_variance(left_out.x)
    value = result.predict(left_out.x)
    half = stats.t.ppf((1 + confidence) / 2, result.df_resid) * np.sqrt(variance)
    return np.stack([value, value - half, value + half])


@dataclass(frozen=True)
class Candidate:
    """Something that predicts: the rule, or a baseline."""

    name: str
    design: Design
    keep: Keep
    predict: Predict = predict_by_least_squares


@dataclass(frozen=True)
class SourceLeftOut:
    """The subsets of a source, predicted by a fit to those of the others."""

    source: str
    """Name of the source."""
    subsets: int
    """Subsets of it."""
    error: float
    """Root mean square of observed minus predicted log loss."""
    error_of_mean: float
    """The same where the mean of the other sources' subsets predicts."""
    bias: float
    """Mean of observed minus predicted log loss."""
    spearman: float | None
    """Within these subsets; None for fewer than three."""


def predict_left_out(candidate: Candidate, folds: Labels, confidence: float) -> Predicted:
    """Predict the subsets of each fold, (subsets,), by a fit to all others, with prediction intervals."""
    bounds = np.empty((3, len(folds)))
    for fold in np.unique(folds):
        left_out = folds == fold
        fitted = candidate.design.rows(~left_out)
        names = candidate.keep(fitted)
        others = candidate.design.rows(left_out).keep(names)
        bounds[:, left_out] = candidate.predict(fitted.keep(names), others, confidence)
    return Predicted(*bounds)


def divisions(subsets: int, folds: int, repeats: int, seed: int) -> list[Labels]:
    """Random divisions into folds of the same size, as the fold of each subset."""
    generator = np.random.default_rng([seed, 5])
    return [generator.permutation(subsets) % folds for _ in range(repeats)]


def source_folds(design: Design) -> Labels | None:
    """The source of each subset; None where leaving one out is impossible: mixtures, one source, or too few subsets.

    Nor is it where the rule has shares of sources, as it says nothing about the level of a source that it has not seen.
    """
    if design.shares().indicators or not all(len(counts) == 1 for counts in design.sources):
        return None
    folds = np.array([next(iter(counts)) for counts in design.sources])
    names, sizes = np.unique(folds, return_counts=True)
    return folds if len(names) > 1 and len(folds) - sizes.max() >= len(design.indicators) + 3 else None


def held_out_table(candidates: Sequence[Candidate], folds: Sequence[Labels], confidence: float) -> list[HeldOut]:
    """A row for each candidate, compared with the first, the rule, and tested against its indicators."""
    rows: list[HeldOut] = []
    for candidate in candidates:
        predictions = [predict_left_out(candidate, division, confidence) for division in folds]
        row = _row(candidate, predictions)
        test = added(candidates[0].design, _given(candidate, row, candidates[0])) if row.baseline else None
        gain = rows[0].r2 - row.r2 if rows else 0.0
        rows.append(replace(row, gain=gain, added=test))
    return rows


def _given(baseline: Candidate, row: HeldOut, rule: Candidate) -> Floats:
    """What the test of the indicators holds fixed, (subsets, columns): a baseline and, if the rule has any, the shares.

    The shares of a rule without indicators are tested themselves.
    """
    columns, shares = baseline.design.keep(row.indicators).x, rule.design.shares().x
    return np.column_stack([columns, shares]) if rule.design.without_shares().indicators else columns


def _row(candidate: Candidate, predictions: Sequence[Predicted]) -> HeldOut:
    """How well a candidate predicts, before it is compared."""
    design = candidate.design
    indicators = tuple(candidate.keep(design))
    scores = [r_squared(design.y, p.value, design.weights) for p in predictions]
    inside = [share for p in predictions if (share := p.covers(design.y)) is not None]
    return HeldOut(
        name=candidate.name,
        indicators=indicators,
        r2=float(np.mean(scores)),
        r2_sd=float(np.std(scores, ddof=1)) if len(scores) > 1 else 0.0,
        spearman=float(np.mean([_spearman(indicators, p, design) for p in predictions])),
        coverage=float(np.mean(inside)) if inside else None,
        gain=0.0,
    )


def _spearman(indicators: Sequence[str], predicted: Predicted, design: Design) -> float:
    """Spearman's rho; without indicators zero, as means of different folds only mirror what was left out of them."""
    return spearman(predicted.value, design.y) if indicators else 0.0


def leave_sources_out(rule: Candidate, mean: Candidate, folds: Labels, confidence: float) -> list[SourceLeftOut]:
    """How the subsets of each source are predicted without them, by the rule and by the mean."""
    y = rule.design.y
    errors, of_mean = (y - predict_left_out(one, folds, confidence).value for one in (rule, mean))
    return [_source_left_out(str(source), y, errors, of_mean, folds == source) for source in np.unique(folds)]


def _source_left_out(
    source: str, y: Floats, errors: Floats, of_mean: Floats, left_out: NDArray[np.bool_]
) -> SourceLeftOut:
    return SourceLeftOut(
        source=source,
        subsets=int(left_out.sum()),
        error=_root_mean_square(errors[left_out]),
        error_of_mean=_root_mean_square(of_mean[left_out]),
        bias=float(errors[left_out].mean()),
        spearman=spearman((y - errors)[left_out], y[left_out]) if left_out.sum() > 2 else None,
    )


def _root_mean_square(values: Floats) -> float:
    return float(np.sqrt(np.mean(values**2)))
