"""The quality rule as a value: what it predicts, how sure it is, and what it holds for."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import pyarrow as pa

from instructmining.arrays import Floats
from instructmining.files import read_json, write_json

VERSION = 2
"""Of the form that a rule is written in."""


@dataclass(frozen=True)
class Term:
    """One indicator of the rule: its coefficient, the interval of it, and the values it was fitted on."""

    indicator: str
    coefficient: float
    """Change of the log loss when the indicator rises by one of its units."""
    standard_error: float
    low: float
    high: float
    p_value: float
    standardised: float
    """Change of the log loss, in its SDs, when the indicator rises by one SD (both over the subsets)."""
    fitted_min: float
    fitted_max: float
    mean: float
    hc3_low: float | None = None
    hc3_high: float | None = None
    bootstrap_low: float | None = None
    """None where too few of the resampled subsets determine the coefficients."""
    bootstrap_high: float | None = None
    inflation: float | None = None
    """Variance inflation factor."""

    @property
    def shown(self) -> bool:
        """Whether all its intervals leave out zero."""
        intervals = [(self.low, self.high), (self.hc3_low, self.hc3_high), (self.bootstrap_low, self.bootstrap_high)]
        return all(low > 0 or high < 0 for low, high in intervals if low is not None and high is not None)

    @property
    def reach(self) -> float:
        """How far the indicator moves the log loss, from the least to the largest of its fitted values."""
        return abs(self.coefficient) * (self.fitted_max - self.fitted_min)


@dataclass(frozen=True)
class Check:
    """One piece of evidence for or against a rule."""

    name: str
    value: float | None
    p_value: float | None
    warns: bool
    sentence: str


MIXED = "made with"
"""The name of the checks of whether the fine-tunes were made alike."""
RULE, FIXED = "rule", "rule, choice not repeated"


@dataclass(frozen=True)
class HeldOut:
    """How well the rule, or a baseline, predicts subsets that were left out of its fit."""

    name: str
    indicators: tuple[str, ...]
    r2: float
    """Of k-fold cross-validation, mean over its repeats; the mean of all subsets would get 0 at best."""
    r2_sd: float
    """SD over the repeats."""
    spearman: float
    coverage: float
    """Share of the subsets inside their prediction interval."""
    source_r2: float | None
    """The same three with a source left out; None where that is impossible."""
    source_spearman: float | None
    source_coverage: float | None
    gain: float
    """R2 of the rule minus this R2, k-fold, with its interval."""
    gain_low: float
    gain_high: float
    source_gain: float | None = None
    """The same with a source left out."""
    source_gain_low: float | None = None
    source_gain_high: float | None = None

    @property
    def baseline(self) -> bool:
        """Whether this is something to compare the rule with."""
        return self.name not in (RULE, FIXED)

    @property
    def beaten(self) -> bool:
        """Whether the rule is shown to be better."""
        return self.gain_low > 0


@dataclass(frozen=True)
class QualityRule:
    """`log loss = intercept + sum of coefficient * indicator` (InstructMining, arXiv 2307.06290); lower is better."""

    model: str
    fit: str
    """The kind of fit, in words."""
    intercept: float
    terms: tuple[Term, ...]
    confidence: float
    """Level of the intervals."""
    observations: int
    subsets: int
    r2: float
    adjusted_r2: float
    loo_r2: float
    """1 - SSE/SST, each subset predicted by a fit without it; zero is what the mean of all subsets achieves."""
    loo_spearman: float
    """Rank correlation of those predictions with the observed log losses."""
    residual_sd: float
    noise_sd: float | None
    """SD of the log loss between seeds of one subset; None where no subset was tuned on twice."""
    left_out: dict[str, str]
    """Indicators that were offered but are not in the rule, and why."""
    indicator_settings: dict[str, Any]
    """The settings of the indicators; the coefficients hold for no other."""
    checks: tuple[Check, ...] = ()
    """The evidence for and against the rule."""
    held_out: tuple[HeldOut, ...] = ()
    """The rule first, then baselines."""
    verdict: str = ""
    """The evidence in one sentence."""
    choice: str = "given"
    """How the indicators were chosen among those offered."""
    models_tried: int = 1
    loo_r2_low: float | None = None
    """Its interval over the subsets that are predicted."""
    loo_r2_high: float | None = None
    noise_floor: float | None = None
    """Smallest difference in log loss that tells two fine-tunes apart; None where the noise is not known."""

    @property
    def indicators(self) -> list[str]:
        """The indicators in the rule."""
        return [term.indicator for term in self.terms]

    @property
    def centre(self) -> float:
        """The predicted log loss where every indicator has its mean over the subsets."""
        return self.intercept + sum(term.coefficient * term.mean for term in self.terms)

    def effect(self, term: Term) -> str:
        """What more of an indicator goes with; nothing is called an effect that the noise between fine-tunes hides."""
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
        return {
            term.indicator: term.coefficient * (indicator_values(table, term.indicator) - term.mean)
            for term in self.terms
        }

    def outside_range(self, table: pa.Table) -> dict[str, float]:
        """Share of rows, per indicator, with a value beyond those of the subsets: there the rule extrapolates."""
        return {term.indicator: _outside(indicator_values(table, term.indicator), term) for term in self.terms}

    def formula(self, digits: int = 4) -> str:
        """The rule in raw units, such as `log loss = 0.9 + 0.03 * ppl - 0.2 * relevance`."""
        return write_formula(self.intercept, {term.indicator: term.coefficient for term in self.terms}, digits)

    def to_json(self, path: Path) -> None:
        """Write the rule."""
        write_json(path, {"rule_version": VERSION, **asdict(self)})

    @classmethod
    def from_json(cls, path: Path) -> Self:
        """Read a rule that `to_json` wrote; raises ValueError for one of another version."""
        values = read_json(path)
        found = values.pop("rule_version", None)
        if found != VERSION:
            raise ValueError(f"{path}: rule_version is {found}, expected {VERSION}; delete it and run again")
        terms = tuple(Term(**term) for term in values["terms"])
        checks = tuple(Check(**check) for check in values["checks"])
        rows = tuple(HeldOut(**{**row, "indicators": tuple(row["indicators"])}) for row in values["held_out"])
        return cls(**{**values, "terms": terms, "checks": checks, "held_out": rows})


def write_formula(intercept: float, coefficients: Mapping[str, float], digits: int = 4) -> str:
    """A linear rule in raw units, such as `log loss = 0.9 + 0.03 * ppl - 0.2 * relevance`."""
    terms = [f"{'-' if value < 0 else '+'} {abs(value):.{digits}g} * {name}" for name, value in coefficients.items()]
    return " ".join([f"log loss = {intercept:.{digits}g}", *terms])


def indicator_values(table: pa.Table, indicator: str) -> Floats:
    """A column of indicators; raises ValueError where it is not there or a value is missing."""
    if indicator not in table.column_names:
        raise ValueError(
            f"the rule needs the indicator {indicator!r}, which is not among the columns"
            f" {', '.join(table.column_names)}; compute it for these examples, or fit a rule without it"
        )
    values: Floats = table[indicator].to_numpy().astype(np.float64)
    bad = np.flatnonzero(~np.isfinite(values))
    if bad.size:
        raise ValueError(
            f"indicator {indicator!r} has no finite value in {bad.size} of {len(values)} rows"
            f" (first: row {bad[0]}); every example needs a number: score those again"
        )
    return values


def _outside(values: Floats, term: Term) -> float:
    return float(np.mean((values < term.fitted_min) | (values > term.fitted_max))) if len(values) else 0.0
