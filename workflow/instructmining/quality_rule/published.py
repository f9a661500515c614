"""A rule that the paper published, as a value that is applied like one that was fitted here."""

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
import pyarrow as pa

from instructmining.arrays import Floats
from instructmining.files import read_json, write_json
from instructmining.quality_rule.rule import Check, QualityRule, indicator_values, write_formula


@dataclass(frozen=True)
class PublishedRule:
    """`log loss = intercept + sum of coefficient * indicator`, without the evidence that a fit of one's own has."""

    name: str
    model: str
    """The base model that it was fitted for."""
    intercept: float
    coefficients: dict[str, float]
    indicator_settings: dict[str, Any]
    """The models that the coefficients belong to."""
    notes: tuple[str, ...]
    """What the paper says of it, and what it does not."""

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

    def to_json(self, path: Path) -> None:
        """Write the rule."""
        write_json(path, asdict(self))

    @classmethod
    def of(cls, values: dict[str, Any]) -> Self:
        """The rule that `to_json` wrote."""
        return cls(**{**values, "notes": tuple(values["notes"])})


Rule = QualityRule | PublishedRule


def read_rule(path: Path) -> Rule:
    """A rule of either kind from its file."""
    values = read_json(path)
    return PublishedRule.of(values) if "coefficients" in values else QualityRule.from_json(path)


def with_warning(rule: Rule, sentence: str) -> Rule:
    """The rule with one more sentence of evidence against it."""
    if isinstance(rule, PublishedRule):
        return replace(rule, notes=(*rule.notes, sentence))
    return replace(rule, checks=(*rule.checks, Check("other_models", None, None, True, sentence)))
