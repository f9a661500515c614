"""The quality rule as a value: what it predicts, how sure it is, and what it holds for."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from instructmining.files import read_json, write_json

Floats = NDArray[np.float64]


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

    @property
    def shown(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True)
class Check:
    """One piece of evidence for or against a rule."""

    name: str
    value: float | None
    p_value: float | None
    warns: bool
    sentence: str


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

    @property
    def indicators(self) -> list[str]:
        """The indicators in the rule."""
        return [term.indicator for term in self.terms]

    @property
    def centre(self) -> float:
        """The predicted log loss where every indicator has its mean over the subsets."""
        return self.intercept + sum(term.coefficient * term.mean for term in self.terms)

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
        write_json(path, asdict(self))

    @classmethod
    def from_json(cls, path: Path) -> Self:
        """Read a rule that `to_json` wrote."""
        values = read_json(path)
        terms = tuple(Term(**term) for term in values["terms"])
        checks = tuple(Check(**check) for check in values["checks"])
        return cls(**{**values, "terms": terms, "checks": checks})


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
