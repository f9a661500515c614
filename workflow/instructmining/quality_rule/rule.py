"""The quality rule as a value: what it predicts, how certain it is, and what it holds for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from instructmining.arrays import Floats
from instructmining.files import read_json, read_result
from instructmining.quality_rule.term import SourceEffect, Term

VERSION = 3
"""Version of the form that a rule is written in: another number for another form, so that no old one is misread."""


@dataclass(frozen=True)
class Check:
    """One piece of evidence for or against a rule."""

    name: str
    """What is checked."""
    value: float | None
    """The number that was found; None where there is none."""
    p_value: float | None
    """The p-value of the test; None where it is not a test."""
    warns: bool
    """Whether it speaks against the rule."""
    sentence: str
    """What was found, in words."""


FEWEST_DEGREES = 5
"""A test with fewer residual degrees of freedom finds only huge differences, and relies on normal noise."""


@dataclass(frozen=True)
class FTest:
    """A ratio of two mean squares, and how rare as large a one would be if both were noise."""

    statistic: float
    """F."""
    numerator_degrees: int
    """Degrees of freedom of the numerator."""
    denominator_degrees: int
    """Degrees of freedom of the denominator."""
    p_value: float
    """How often F would be as large if both were noise."""

    @property
    def words(self) -> str:
        """As `F(6, 13) = 2.91, p = 0.05`."""
        return f"F({self.numerator_degrees}, {self.denominator_degrees}) = {self.statistic:.2f}, p = {self.p_value:.2g}"


MIXED = "made with"
"""Name of the checks of whether the fine-tunes were made alike."""
RULE, CHOICE_NOT_REPEATED = "rule", "rule, choice not repeated"
"""Names of the rows of the rule itself among those held out."""
MEAN, SOURCE_SHARES = "mean", "source shares"
"""Names of the rows of two baselines among those held out."""


@dataclass(frozen=True)
class HeldOut:
    """How well the rule, or a baseline, predicts subsets that were left out of its fit."""

    name: str
    """The rule or the baseline."""
    indicators: tuple[str, ...]
    """Indicators that it has when fitted to all subsets; of `source shares`, the sources."""
    r2: float
    """R2 in k-fold cross-validation, mean over its repeats; the mean of all subsets would get 0 at best."""
    r2_sd: float
    """SD of that R2 over the repeats."""
    spearman: float
    """Rank correlation of the predictions with the observed log losses, mean over the repeats."""
    coverage: float | None
    """Share of the subsets inside their prediction interval; None for `source shares`, which have none."""
    gain: float
    """R2 of the rule minus this R2."""
    added: FTest | None = None
    """Whether the indicators offered add to this baseline (partial F); None for the rule, or with too few subsets."""

    @property
    def baseline(self) -> bool:
        """Whether the rule is compared with it."""
        return self.name not in (RULE, CHOICE_NOT_REPEATED)

    def added_to(self, confidence: float) -> bool:
        """Whether the indicators are shown to add to this baseline."""
        return self.added is not None and self.added.p_value < 1 - confidence


@dataclass(frozen=True)
class FittedLeverage:
    """How far the fitted subsets reach in all indicators together.

    The leverage of a set of examples is the variance of its prediction over the residual variance of a subset with one
    seed, x' (X' W X)^-1 x with x its means and the constant, and W the weights of the fit.
    """

    centre: tuple[float, ...]
    """Mean of each indicator over the subsets, with the weights of the fit: there the leverage is smallest."""
    smallest: float
    """Leverage there, 1 over the sum of the weights."""
    largest: float
    """The largest of the subsets."""


@dataclass(frozen=True)
class QualityRule:
    """`log loss = intercept + sum of coefficient * indicator` (InstructMining, arXiv 2307.06290); lower is better."""

    rule_version: int = field(default=VERSION, kw_only=True)
    """Version of the form that the rule is written in."""
    model: str
    """The base model that it holds for."""
    fit: str
    """The kind of fit, in words."""
    intercept: float
    """The constant."""
    terms: tuple[Term, ...]
    """The indicators of the rule."""
    confidence: float
    """Level of all intervals."""
    observations: int
    """Fine-tunes that it was fitted to."""
    subsets: int
    """Subsets that these were made on."""
    r2: float
    """R2 in the sample."""
    adjusted_r2: float
    """R2 in the sample, adjusted for the number of indicators."""
    loo_r2: float
    """1 - SSE/SST, each subset predicted by a fit without it; the mean of all subsets as a rule gets 0 at best."""
    loo_spearman: float
    """Rank correlation of those predictions with the observed log losses."""
    residual_sd: float
    """SD of the residuals, of a subset with one seed."""
    noise_sd: float | None
    """SD of the log loss between seeds of one subset; None where no subset was tuned on twice."""
    left_out: dict[str, str]
    """Indicators that were offered but are not in the rule, and why."""
    indicator_settings: dict[str, Any]
    """Settings of the indicators, by scorer; the coefficients hold for no others."""
    checks: tuple[Check, ...] = ()
    """The evidence for and against the rule."""
    held_out: tuple[HeldOut, ...] = ()
    """Predictions of subsets left out: the rule first, then baselines."""
    verdict: str = ""
    """The evidence in one sentence."""
    choice: str = "given"
    """How the indicators were chosen among those offered."""
    models_tried: int = 1
    """Models that the choice compared."""
    order_p_value: float | None = None
    """How often `loo_spearman` would be as high if indicators and log loss had nothing to do with each other."""
    noise_floor: float | None = None
    """Smallest difference in log loss that distinguishes two fine-tunes; None where the noise is not known."""
    covariance: tuple[tuple[float, ...], ...] | None = None
    """Covariance of the coefficients, in the order of the terms; None in rules of older versions."""
    leverage: FittedLeverage | None = None
    """How far the fitted subsets reach; None where they leave no residuals, and in rules of older versions."""
    sources: tuple[SourceEffect, ...] = ()
    """Sources whose effect was estimated; the first has no term, as shares sum to 1. Empty in a rule without shares."""

    @property
    def indicators(self) -> list[str]:
        """The names of all terms of the rule."""
        return [term.indicator for term in self.terms]

    @property
    def slopes(self) -> list[Term]:
        """The terms that are indicators; beside the shares of sources, these are slopes within sources."""
        return [term for term in self.terms if term.source is None]

    @property
    def residual_degrees(self) -> int:
        """Degrees of freedom of the fit."""
        return self.subsets - len(self.terms) - 1

    @property
    def centre(self) -> float:
        """The predicted log loss where every indicator has its mean over the subsets."""
        return self.intercept + sum(term.coefficient * term.mean for term in self.terms)

    def effect(self, term: Term) -> str:
        """The loss that a higher value goes with, unless no effect is shown or noise between fine-tunes hides it."""
        if not term.shown:
            return "no effect shown"
        if self.noise_floor is not None and term.reach < self.noise_floor:
            return "below the noise floor"
        return "lower loss" if term.coefficient < 0 else "higher loss"

    def predict(self, table: pa.Table) -> Floats:
        """Predicted log loss of each row of a table of indicators; raises ValueError for a missing or empty value."""
        return self.centre + sum(self.contributions(table).values(), np.zeros(len(table)))

    def contributions(self, table: pa.Table) -> dict[str, Floats]:
        """What each indicator adds to `centre` in the prediction: coefficient * (value - mean)."""
        return {term.indicator: term.coefficient * (self.values(table, term) - term.mean) for term in self.terms}

    def values(self, table: pa.Table, term: Term) -> Floats:
        """What a term sees of each row of a table of examples; raises ValueError for a missing or empty value."""
        return term.values(table, [effect.source for effect in self.sources])

    def means(self, table: pa.Table) -> Floats:
        """The mean of what each term sees of a table of examples; (terms,)."""
        return np.array([self.values(table, term).mean() for term in self.terms])

    def outside_range(self, table: pa.Table) -> dict[str, float]:
        """Share of rows, per indicator, with a value outside the range of the subsets: there the rule extrapolates."""
        return {term.indicator: term.outside(self.values(table, term)) for term in self.slopes}

    def formula(self, digits: int = 4) -> str:
        """The rule in raw units, such as `log loss = 0.9 + 0.03 * ppl - 0.2 * relevance`."""
        return write_formula(self.intercept, {term.indicator: term.coefficient for term in self.terms}, digits)


def read_fitted_rule(path: Path) -> QualityRule:
    """A fitted rule from its file; raises ValueError for one of another version."""
    found = read_json(path).get("rule_version")
    if found != VERSION:
        raise ValueError(f"{path}: rule_version is {found}, expected {VERSION}; delete it and run again")
    return read_result(QualityRule, path)


def write_formula(intercept: float, coefficients: Mapping[str, float], digits: int = 4) -> str:
    """A linear rule in raw units, such as `log loss = 0.9 + 0.03 * ppl - 0.2 * relevance`."""
    terms = [f"{'-' if value < 0 else '+'} {abs(value):.{digits}g} * {name}" for name, value in coefficients.items()]
    return " ".join([f"log loss = {intercept:.{digits}g}", *terms])
