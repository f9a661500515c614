"""How well a rule predicts subsets that it was not fitted to, beside rules that cost less.

Subsets are left out in two ways. In folds, random subsets are left out; they come from the same sources as those that
are fitted on. By source, the subsets in which a source has the largest share are left out. Where subsets are mixtures,
that source is in the others too, with a smaller share: that share is reported, as it makes the test easier than a
source never seen. Whatever is chosen from the data is chosen anew without the subsets left out.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from instructmining.arrays import Floats
from instructmining.quality_rule.regression.bootstrap import RESAMPLES
from instructmining.quality_rule.regression.least_squares import Design, estimable, least_squares, r_squared
from instructmining.quality_rule.regression.ranks import spearman
from instructmining.quality_rule.rule import HeldOut

Labels = NDArray[Any]
Keep = Callable[[Design], Sequence[str]]
"""The indicators that are fitted, given what there is to fit to."""


@dataclass(frozen=True)
class Predicted:
    """Every subset, predicted by a fit without it."""

    value: Floats  # (subsets,)
    low: Floats
    high: Floats

    def covers(self, y: Floats) -> float:
        """Share of subsets inside their prediction interval."""
        return float(np.mean((self.low <= y) & (y <= self.high)))


@dataclass(frozen=True)
class Candidate:
    """Something that predicts: the rule, or a baseline."""

    name: str
    design: Design
    keep: Keep


@dataclass(frozen=True)
class SourceLeftOut:
    """The subsets in which a source has the largest share, predicted by a fit to the others."""

    source: str
    """Name of the source."""
    subsets: int
    """Subsets in which it has the largest share."""
    share_left_out: float
    """Mean share of the source in these subsets."""
    share_fitted: float
    """Mean share of the source in the subsets that are fitted on."""
    error: float
    """Root mean square of observed minus predicted log loss."""
    bias: float
    """Mean of observed minus predicted log loss."""
    spearman: float | None
    """Within these subsets; None for fewer than three."""


def predict_left_out(candidate: Candidate, folds: Labels, confidence: float) -> Predicted:
    """Predict the subsets of each fold, (subsets,), by a fit to all others, with prediction intervals.

    An indicator that the others do not determine, such as one that is zero in all of them, has no part in that fit.
    """
    bounds = np.empty((3, len(folds)))
    for fold in np.unique(folds):
        left_out = folds == fold
        fitted = estimable(candidate.design.rows(~left_out))
        names = [name for name in candidate.keep(fitted) if name in fitted.indicators]
        bounds[:, left_out] = _predict(fitted.keep(names), candidate.design.rows(left_out).keep(names), confidence)
    return Predicted(*bounds)


def _predict(fitted: Design, left_out: Design, confidence: float) -> Floats:
    """Value, low and high; (3, subsets left out). A subset with more weight varies less about the rule."""
    result = least_squares(fitted)
    variance = result.mse_resid / left_out.weights + result.prediction_variance(left_out.x)
    value = result.predict(left_out.x)
    half = stats.t.ppf((1 + confidence) / 2, result.df_resid) * np.sqrt(variance)
    return np.stack([value, value - half, value + half])


def divisions(subsets: int, folds: int, repeats: int, seed: int) -> list[Labels]:
    """Random divisions into folds of the same size, as the fold of each subset."""
    generator = np.random.default_rng([seed, 5])
    return [generator.permutation(subsets) % folds for _ in range(repeats)]


def largest_sources(sources: Sequence[Mapping[str, int]]) -> Labels:
    """The source with the most examples of each subset, the first by name among equals; (subsets,)."""
    return np.array([min(counts, key=lambda name: (-counts[name], name)) for counts in sources])


def source_folds(design: Design) -> Labels | None:
    """The largest source of each subset; None where leaving one out is impossible: one source, or too few subsets."""
    if not all(design.sources):
        return None
    folds = largest_sources(design.sources)
    largest = int(np.unique(folds, return_counts=True)[1].max())
    return folds if len(folds) - largest >= len(design.indicators) + 3 else None


def held_out_table(
    candidates: Sequence[Candidate], folds: Sequence[Labels], by_source: Labels | None, confidence: float, seed: int
) -> list[HeldOut]:
    """A row for each candidate, compared with the first, the rule."""
    predictions = [[predict_left_out(one, division, confidence) for division in folds] for one in candidates]
    errors = [np.mean([(p.value - candidates[0].design.y) ** 2 for p in each], axis=0) for each in predictions]
    rows = [
        _in_folds(candidate, predicted, _gain(candidate.design, squares, errors[0], confidence, seed))
        for candidate, predicted, squares in zip(candidates, predictions, errors, strict=True)
    ]
    if by_source is None:
        return rows
    others = [predict_left_out(one, by_source, confidence) for one in candidates]
    across: list[Floats] = [(other.value - candidates[0].design.y) ** 2 for other in others]
    return [
        _across_sources(row, candidate, other, _gain(candidate.design, squares, across[0], confidence, seed))
        for row, candidate, other, squares in zip(rows, candidates, others, across, strict=True)
    ]


def _in_folds(candidate: Candidate, predictions: Sequence[Predicted], gain: Floats) -> HeldOut:
    design = candidate.design
    indicators = tuple(candidate.keep(design))
    scores = [r_squared(design.y, p.value, design.weights) for p in predictions]
    return HeldOut(
        name=candidate.name,
        indicators=indicators,
        r2=float(np.mean(scores)),
        r2_sd=float(np.std(scores, ddof=1)) if len(scores) > 1 else 0.0,
        spearman=float(np.mean([_spearman(indicators, p, design) for p in predictions])),
        coverage=float(np.mean([p.covers(design.y) for p in predictions])),
        gain=float(gain[0]),
        gain_low=float(gain[1]),
        gain_high=float(gain[2]),
    )


def _across_sources(row: HeldOut, candidate: Candidate, predicted: Predicted, gain: Floats) -> HeldOut:
    """The row, with what is measured with a source left out."""
    design = candidate.design
    return replace(
        row,
        source_r2=r_squared(design.y, predicted.value, design.weights),
        source_spearman=_spearman(row.indicators, predicted, design),
        source_coverage=predicted.covers(design.y),
        source_gain=float(gain[0]),
        source_gain_low=float(gain[1]),
        source_gain_high=float(gain[2]),
    )


def _spearman(indicators: Sequence[str], predicted: Predicted, design: Design) -> float:
    """Spearman's rho; without indicators zero, as means of different folds only mirror what was left out of them."""
    return spearman(predicted.value, design.y) if indicators else 0.0


def _gain(design: Design, errors: Floats, of_rule: Floats, confidence: float, seed: int) -> Floats:
    """R2 of the rule minus that of a candidate, and its bootstrap interval over subsets; (3,).

    Errors are squared, (subsets,). The predictions are held fixed: the interval says what other subsets would do to
    the comparison.
    """
    count = len(design.y)
    generator = np.random.default_rng([seed, 6])
    times = generator.multinomial(count, np.full(count, 1 / count), size=RESAMPLES)
    weights = np.vstack([np.ones(count), times]) * design.weights  # the data themselves first
    mean = weights @ design.y / weights.sum(axis=1)
    total = np.sum(weights * (design.y - mean[:, None]) ** 2, axis=1)
    gains = weights @ (errors - of_rule) / np.where(total > 0, total, np.inf)
    outside = (1 - confidence) / 2
    return np.array([gains[0], *np.quantile(gains[1:], [outside, 1 - outside])])


def leave_sources_out(candidate: Candidate, by_source: Labels, confidence: float) -> list[SourceLeftOut]:
    """How the subsets of each source are predicted without them."""
    design, predicted = candidate.design, predict_left_out(candidate, by_source, confidence).value
    return [_source_left_out(design, predicted, str(source), by_source == source) for source in np.unique(by_source)]


def _source_left_out(design: Design, predicted: Floats, source: str, left_out: NDArray[np.bool_]) -> SourceLeftOut:
    shares = np.array([counts.get(source, 0) / sum(counts.values()) for counts in design.sources])
    errors = (design.y - predicted)[left_out]
    return SourceLeftOut(
        source=source,
        subsets=int(left_out.sum()),
        share_left_out=float(shares[left_out].mean()),
        share_fitted=float(shares[~left_out].mean()),
        error=float(np.sqrt(np.mean(errors**2))),
        bias=float(errors.mean()),
        spearman=spearman(predicted[left_out], design.y[left_out]) if left_out.sum() > 2 else None,
    )
