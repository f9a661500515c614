"""How far measures of an example - the rule, each indicator, its length - agree with what people thought of it.

Pairs and ratings are turned into each other. Given pairs, an example's rating is the share of its pairs that it won;
given ratings, a pair is any two examples with the same prompt and different ratings. People like long responses, and so
do many measures, so everything is also measured with the length held fixed. Judgements of one prompt are not
independent of each other, so intervals are over prompts.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from instructmining.arrays import Floats
from instructmining.quality_rule.people.result import AgreementWithPeople, Interval
from instructmining.quality_rule.regression.bootstrap import interval_over_groups
from instructmining.quality_rule.regression.ranks import unit_ranks

ALIKE = 1.25
"""Two responses count as equally long when the longer has at most this many times the characters of the shorter."""
FEWEST = 10
"""With fewer pairs or examples, no numbers are given."""


@dataclass(frozen=True)
class Pairs:
    """Which of two examples people thought the better."""

    better: NDArray[np.intp]  # (pairs,) row of the example
    worse: NDArray[np.intp]  # (pairs,)
    prompt: NDArray[np.object_]  # (pairs,)
    longer: Floats  # (pairs,) log of the length of the better one over that of the other

    def where(self, which: NDArray[np.bool_]) -> "Pairs":
        """Some of the pairs."""
        return Pairs(self.better[which], self.worse[which], self.prompt[which], self.longer[which])

    def matched(self) -> "Pairs":
        """The pairs of responses of about equal length."""
        return self.where(np.abs(self.longer) <= np.log(ALIKE))


@dataclass(frozen=True)
class Rated:
    """What people thought of single examples."""

    example: NDArray[np.intp]  # (rated,) row of the example
    rating: Floats  # (rated,) mean over those who rated it; higher is better
    prompt: NDArray[np.object_]  # (rated,)
    length: Floats  # (rated,) log of the characters of the response


def make_pairs(judgements: pa.Table, ids: Sequence[str]) -> Pairs:
    """The pairs in a table of judgements, or those that its ratings imply; `ids` are the rows of the measures."""
    frame = judgements.to_pandas()
    pairs = frame[frame["worse"].notna()] if frame["worse"].notna().any() else _pairs_of(_one_each(frame))
    return Pairs(
        _rows(pairs["better"], ids),
        _rows(pairs["worse"], ids),
        pairs["prompt"].to_numpy(object),
        np.log(pairs["better_length"].to_numpy(np.float64) / pairs["worse_length"].to_numpy(np.float64)),
    )


def _rows(examples: pd.Series, ids: Sequence[str]) -> NDArray[np.intp]:
    """Where examples stand among the IDs."""
    place = {identifier: number for number, identifier in enumerate(ids)}
    return np.array([place[identifier] for identifier in examples], np.intp)


def _one_each(frame: pd.DataFrame) -> pd.DataFrame:
    """One row per rated example, with the mean of its ratings."""
    return frame.groupby("better", as_index=False, sort=True).agg(
        prompt=("prompt", "first"), rating=("rating", "mean"), better_length=("better_length", "first")
    )


def _pairs_of(rated: pd.DataFrame) -> pd.DataFrame:
    """Any two examples of a prompt with different ratings, the better one first."""
    rows = []
    for _, group in rated.groupby("prompt", sort=True):
        for first, second in combinations(group.to_dict("records"), 2):
            if first["rating"] != second["rating"]:
                rows.append(_pair(*sorted((first, second), key=lambda row: -row["rating"])))
    return pd.DataFrame(rows, columns=["prompt", "better", "worse", "better_length", "worse_length"])


def _pair(better: dict[Any, Any], worse: dict[Any, Any]) -> dict[str, Any]:
    lengths = {"better_length": better["better_length"], "worse_length": worse["better_length"]}
    return {"prompt": better["prompt"], "better": better["better"], "worse": worse["better"], **lengths}


def make_rated(judgements: pa.Table, ids: Sequence[str]) -> Rated:
    """The ratings in a table of judgements, or the share of its pairs that each example won."""
    frame = judgements.to_pandas()
    if frame["worse"].notna().any():
        won, lost = (_side(frame, *names) for names in (("better", 1.0), ("worse", 0.0)))
        frame = pd.concat([won, lost])
    rated = _one_each(frame)
    return Rated(
        _rows(rated["better"], ids),
        rated["rating"].to_numpy(np.float64),
        rated["prompt"].to_numpy(object),
        np.log(rated["better_length"].to_numpy(np.float64)),
    )


def _side(frame: pd.DataFrame, side: str, rating: float) -> pd.DataFrame:
    """One side of each pair as a rating."""
    columns = {"prompt": frame["prompt"], "better": frame[side], "better_length": frame[f"{side}_length"]}
    return pd.DataFrame({**columns, "rating": rating})


def agreements(measures: dict[str, Floats], pairs: Pairs, rated: Rated, confidence: float) -> list[AgreementWithPeople]:
    """The agreement of each measure, (examples,), higher meaning better, and of `length` itself, which comes last."""
    length = np.full(max(len(values) for values in measures.values()), np.nan)
    length[rated.example] = rated.length
    table = np.array([*measures.values(), length])  # (measures, examples)
    names = [*measures, "length"]
    columns = {
        "accuracy": _accuracies(table, pairs, confidence),
        "beyond_length": _beyond_length(table, pairs, confidence),
        "matched_accuracy": _accuracies(table, pairs.matched(), confidence),
        "adjusted": [_adjusted(values, pairs, confidence) for values in table],
        **_correlations(table, rated, confidence),
    }
    return [
        AgreementWithPeople(name, **{column: values[number] for column, values in columns.items()})
        for number, name in enumerate(names)
    ]


def _agreeing(table: Floats, pairs: Pairs) -> Floats:
    """1 where the better example has the higher value, 0 where the lower, one half for a tie; (measures, pairs)."""
    agreeing: Floats = 0.5 + 0.5 * np.sign(table[:, pairs.better] - table[:, pairs.worse])
    return agreeing


def _accuracies(table: Floats, pairs: Pairs, confidence: float) -> list[Interval | None]:
    return _means(_agreeing(table, pairs), pairs, confidence)


def _beyond_length(table: Floats, pairs: Pairs, confidence: float) -> list[Interval | None]:
    """The accuracy less that of the last measure, the length; of that itself there is nothing to say."""
    agreeing = _agreeing(table, pairs)
    return [*_means(agreeing[:-1] - agreeing[-1], pairs, confidence), None]


def _means(values: Floats, pairs: Pairs, confidence: float) -> list[Interval | None]:
    """Means over pairs, with intervals over prompts; (measures, pairs)."""
    if len(pairs.better) < FEWEST:
        return [None] * len(values)
    low, high = interval_over_groups(lambda rows: values[:, rows].mean(axis=1), pairs.prompt, confidence)
    return [Interval(*map(float, numbers)) for numbers in zip(values.mean(axis=1), low, high, strict=True)]


def _adjusted(values: Floats, pairs: Pairs, confidence: float) -> Interval | None:
    """Logistic regression of which of two examples is the better on the differences in the measure and in log length.

    It has no intercept, as the order of a pair means nothing; errors are robust to what pairs of a prompt share. None
    where the measure is the length, where it separates all pairs perfectly, or where the fit does not converge.
    """
    import statsmodels.api as sm
    from statsmodels.tools.sm_exceptions import ConvergenceWarning, PerfectSeparationWarning

    differences = np.column_stack([values[pairs.better] - values[pairs.worse], pairs.longer])
    if len(differences) < FEWEST or np.linalg.matrix_rank(differences) < 2:
        return None
    turned = np.where(np.arange(len(differences)) % 2, 1.0, -1.0)  # every other pair the other way round
    x = differences / differences.std(axis=0, ddof=1) * turned[:, None]
    _, prompts = np.unique(pairs.prompt.astype(str), return_inverse=True)
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        warnings.simplefilter("error", PerfectSeparationWarning)
        warnings.filterwarnings("ignore", "overflow", RuntimeWarning)  # on the way to a perfect separation
        try:
            fit = sm.Logit(turned > 0, x).fit(disp=0, cov_type="cluster", cov_kwds={"groups": prompts})
        except (ConvergenceWarning, PerfectSeparationWarning, np.linalg.LinAlgError):
            return None
    low, high = fit.conf_int(1 - confidence)[0]
    return Interval(float(fit.params[0]), float(low), float(high))


def _correlations(table: Floats, rated: Rated, confidence: float) -> dict[str, list[Interval | None]]:
    """Rank correlations with the ratings, as they are and with the length held fixed."""
    names = ("spearman", "partial_spearman")
    if len(rated.example) < FEWEST or np.ptp(rated.rating) == 0:
        return {name: [None] * len(table) for name in names}
    values = np.vstack([table[:, rated.example], rated.rating, rated.length])

    def statistic(rows: NDArray[np.intp]) -> Floats:
        return rank_correlations(values[:, rows])

    estimates = statistic(np.arange(len(rated.rating)))
    low, high = interval_over_groups(statistic, rated.prompt, confidence)
    found = {
        name: [Interval(*map(float, row)) for row in np.stack([estimates, low, high], axis=-1)[number]]
        for number, name in enumerate(names)
    }
    partial: list[Interval | None] = [*found["partial_spearman"][:-1], None]  # the length, itself held fixed
    return {"spearman": [*found["spearman"]], "partial_spearman": partial}


def rank_correlations(values: Floats) -> Floats:
    """Spearman's rho of each measure with the rating, and the same with the length held fixed; zero for a constant.

    The last two of `values`, (measures + 2, rows), are rating and length; -> (2, measures). The partial correlation is
    (r_xy - r_xz r_yz) / sqrt((1 - r_xz^2) (1 - r_yz^2)) (Kendall and Stuart, The Advanced Theory of Statistics, 27).
    """
    unit = unit_ranks(values)
    with_rating, with_length = unit[:-2] @ unit[-2], unit[:-2] @ unit[-1]
    both = float(unit[-2] @ unit[-1])
    scale = np.sqrt(np.clip(1 - with_length**2, 0, None) * max(1 - both**2, 0.0))
    partial = np.divide(with_rating - with_length * both, scale, out=np.zeros_like(scale), where=scale > 1e-9)
    return np.stack([with_rating, partial])
