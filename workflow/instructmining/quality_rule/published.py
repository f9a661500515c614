"""A rule that the paper published, applied like one that was fitted here."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from instructmining.arrays import Floats
from instructmining.files import read_json, read_result
from instructmining.quality_rule.rule import Check, QualityRule, read_fitted_rule, write_formula
from instructmining.quality_rule.term import indicator_values


@dataclass(frozen=True)
class PublishedRule:
    """`log loss = intercept + sum of coefficient * indicator`, without the evidence that a fit brings with it."""

    name: str
    """Version of the paper."""
    model: str
    """The base model that it was fitted for."""
    intercept: float
    """The constant."""
    coefficients: dict[str, float]
    """Change of the log loss when an indicator rises by one of its units, by indicator."""
    indicator_settings: dict[str, Any]
    """Settings of the indicators, by scorer: the models that the coefficients belong to."""
    notes: tuple[str, ...]
    """What the paper says about it, and what it does not."""

    @property
    def indicators(self) -> list[str]:
        """The indicators in the rule."""
        return list(self.coefficients)

    def predict(self, table: pa.Table) -> Floats:
        """Predicted log loss of each row of a table of indicators; raises ValueError for a missing or empty value."""
        return self.intercept + sum(self.contributions(table).values(), np.zeros(len(table)))

    def contributions(self, table: pa.Table) -> dict[str, Floats]:
        """What each indicator adds to the intercept in the prediction: coefficient * value."""
        return {name: value * indicator_values(table, name) for name, value in self.coefficients.items()}

    def formula(self) -> str:
        """The rule in raw units."""
        return write_formula(self.intercept, self.coefficients)


Rule = QualityRule | PublishedRule


def read_rule(path: Path) -> Rule:
    """A rule of either kind from its file; raises ValueError where it holds neither, or a rule of another version."""
    return read_result(PublishedRule, path) if "coefficients" in read_json(path) else read_fitted_rule(path)


def with_warning(rule: Rule, sentence: str) -> Rule:
    """The rule with one more sentence of evidence against it."""
    if isinstance(rule, PublishedRule):
        return replace(rule, notes=(*rule.notes, sentence))
    return replace(rule, checks=(*rule.checks, Check("other_models", None, None, True, sentence)))
