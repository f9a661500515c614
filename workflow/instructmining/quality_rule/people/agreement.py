"""How far measures of an example - the rule, each indicator, its length - agree with what people thought of it.

Pairs and ratings are turned into each other. Given pairs, an example's rating is the share of its pairs that it won;
given ratings, a pair is any two examples with the same prompt and different ratings. People like long responses, and so
do many measures, so everything is also measured with the length held fixed. Judgements of one prompt are not
independent of each other, so intervals are over prompts.
"""

import warnings
from collections.abc import Callable, Sequence
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
from instructmining.quality_rule.regression.redrawn import both_ways

ALIKE = 1.25
"""Two responses count as equally long when the longer has at most this many times the characters of the shorter."""
FEWEST = 10
"""With fewer prompts, no numbers are given: intervals over them would be too narrow."""
Statistics = Callable[[Floats, NDArray[np.intp]], Floats]
"""Two numbers for each measure, (2, measures), of (measures, examples) and the rows of what was judged."""
Intervals = list[Interval | None]
"""One for each measure."""


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


@dataclass(frozen=True)
class Redrawn:
    """The rule with coefficients drawn from their sampling distribution, once for each resample of the prompts."""

    terms: Floats  # (indicators, examples)
    slopes: Floats  # (RESAMPLES, indicators)

    def replace(self, table: Floats, number: int) -> Floats:
        """The measures, (measures, examples), with a drawn rule in place of the first."""
        drawn: Floats = np.vstack([-(self.slopes[number] @ self.terms), table[1:]])
        return drawn


@dataclass(frozen=True)
class Measures:
    """Measures of examples, higher meaning better, and their intervals over prompts."""

    table: Floats  # (measures, examples) the rule first, if there is one, and the length last
    redrawn: Redrawn | None
    confidence: float

    def intervals(self, statistics: Statistics, prompts: NDArray[Any], least: tuple[float, float]) -> list[Intervals]:
        """The two statistics of each measure, not below `least`; the rule's intervals hold its coefficients' error.

        None for fewer than FEWEST prompts.
        """
        if len(set(prompts)) < FEWEST:
            return [[None] * len(self.table)] * 2
        found = statistics(self.table, np.arange(len(prompts)))
        low, high = interval_over_groups(
            lambda rows, number: statistics(self._drawn(number), rows), prompts, self.confidence
        )
        if self.redrawn:
            ends = zip(found[:, 0], low[:, 0], high[:, 0], least, strict=True)
            low[:, 0], high[:, 0] = np.transpose([both_ways(*numbers, most=1) for numbers in ends])
        return [[Interval(*map(float, row)) for row in rows] for rows in np.stack([found, low, high], axis=-1)]

    def _drawn(self, number: int) -> Floats:
        return self.redrawn.replace(self.table, number) if self.redrawn else self.table


def agreements(
    measures: dict[str, Floats], pairs: Pairs, rated: Rated, confidence: float, redrawn: Redrawn | None = None
) -> list[AgreementWithPeople]:
    """The agreement of each measure, (examples,), higher meaning better, and of `length` itself, which comes last.

    `redrawn` is of the first of them, the rule.
    """
    length = np.full(max(len(values) for values in measures.values()), np.nan)
    length[rated.example] = rated.length
    taken = Measures(np.array([*measures.values(), length]), redrawn, confidence)
    names = [*measures, "length"]
    accuracy, beyond_length = _accuracies(taken, pairs)
    spearman, partial = _correlations(taken, rated)
    columns = {
        "accuracy": accuracy,
        "beyond_length": [*beyond_length[:-1], None],  # of the length by itself there is nothing to say
        "matched_accuracy": _accuracies(taken, pairs.matched())[0],
        "adjusted": [_adjusted(values, pairs, confidence) for values in taken.table],
        "spearman": spearman,
        "partial_spearman": [*partial[:-1], None],
    }
    return [
        AgreementWithPeople(name, **{column: values[number] for column, values in columns.items()})
        for number, name in enumerate(names)
    ]


def _accuracies(measures: Measures, pairs: Pairs) -> list[Intervals]:
    """Share of pairs with a higher value for the better example, a tie counting half; and what the length has less."""

    def statistics(table: Floats, rows: NDArray[np.intp]) -> Floats:
        share = 0.5 + 0.5 * np.sign(table[:, pairs.better[rows]] - table[:, pairs.worse[rows]]).mean(axis=1)
        return np.stack([share, share - share[-1]])

    return measures.intervals(statistics, pairs.prompt, least=(0, -1))


def _adjusted(values: Floats, pairs: Pairs, confidence: float) -> Interval | None:
    """Logistic regression of which of two examples is the better on the differences in the measure and in log length.

    It has no intercept, as the order of a pair means nothing; errors are robust to what pairs of a prompt share. None
    where the measure is the length, where it separates all pairs perfectly, or where the fit does not converge.
    """
    import statsmodels.api as sm
    from statsmodels.tools.sm_exceptions import ConvergenceWarning, PerfectSeparationWarning

    differences = np.column_stack([values[pairs.better] - values[pairs.worse], pairs.longer])
    spread = differences.std(axis=0, ddof=1)
    if len(set(pairs.prompt)) < FEWEST or not spread.all() or np.linalg.matrix_rank(differences / spread) < 2:
        return None
    turned = np.where(np.arange(len(differences)) % 2, 1.0, -1.0)  # every other pair the other way round
    x = differences / spread * turned[:, None]
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


def _correlations(measures: Measures, rated: Rated) -> list[Intervals]:
    """Rank correlations with the ratings, as they are and with the length held fixed; None where ratings are equal."""
    if np.ptp(rated.rating) == 0:
        return [[None] * len(measures.table)] * 2

    def statistics(table: Floats, rows: NDArray[np.intp]) -> Floats:
        return rank_correlations(np.vstack([table[:, rated.example[rows]], rated.rating[rows], rated.length[rows]]))

    return measures.intervals(statistics, rated.prompt, least=(-1, -1))


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
