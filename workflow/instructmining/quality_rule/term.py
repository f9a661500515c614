"""A term of the quality rule as a value: its coefficient, what it was fitted on, and its value for an example."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from instructmining.arrays import Floats
from instructmining.quality_rule.regression.share_terms import source_of


@dataclass(frozen=True)
class Term:
    """One indicator of the rule, or the share of a source: its coefficient, and the values it was fitted on."""

    indicator: str
    """Name of the indicator; `source:` and its name for the share of a source."""
    coefficient: float
    """Change of the log loss when the indicator rises by one of its units."""
    standard_error: float
    """Standard error of the coefficient, of the model."""
    low: float
    """Lower end of the model's interval of the coefficient."""
    high: float
    """Upper end of it."""
    p_value: float
    """How often a coefficient as far from zero would be found if the true one were zero."""
    standardised: float
    """Change of the log loss, in its SDs, when the indicator rises by one SD (both over the subsets)."""
    fitted_min: float
    """Smallest mean of a subset that the rule was fitted to."""
    fitted_max: float
    """Largest of them."""
    mean: float
    """Mean over the subsets."""
    hc3_low: float | None = None
    """Lower end of the HC3 interval, which allows for uneven noise."""
    hc3_high: float | None = None
    """Upper end of it."""
    bootstrap_low: float | None = None
    """Lower end of the bootstrap interval; None where too few of the resampled subsets determine the coefficients."""
    bootstrap_high: float | None = None
    """Upper end of it."""
    inflation: float | None = None
    """Variance inflation factor."""
    winsorised: tuple[float, float] | None = None
    """Lowest and highest value of the indicator that counts, in subsets and examples; None where every value does."""

    @property
    def source(self) -> str | None:
        """The source whose share the term is; None for an indicator."""
        return source_of(self.indicator)

    @property
    def shown(self) -> bool:
        """Whether all its intervals exclude zero."""
        intervals = [(self.low, self.high), (self.hc3_low, self.hc3_high), (self.bootstrap_low, self.bootstrap_high)]
        return all(low > 0 or high < 0 for low, high in intervals if low is not None and high is not None)

    @property
    def reach(self) -> float:
        """How far the indicator moves the log loss, from the least to the largest of its fitted values."""
        return abs(self.coefficient) * (self.fitted_max - self.fitted_min)

    def values(self, table: pa.Table, sources: Collection[str]) -> Floats:
        """The value of each example; raises ValueError where one is missing.

        The share of a source is 1 for its examples, 0 for those of the other `sources`, which the rule knows, and the
        mean for those of sources that it does not know: the indicators alone put these in order.
        """
        if self.source is None:
            values = indicator_values(table, self.indicator)
            return values if self.winsorised is None else np.clip(values, *self.winsorised)
        shares = {name: float(name == self.source) for name in sources}
        return np.array([shares.get(name, self.mean) for name in table["source"].to_pylist()], np.float64)

    def outside(self, values: Floats) -> float:
        """The share of values outside the range of the subsets."""
        return float(np.mean((values < self.fitted_min) | (values > self.fitted_max))) if len(values) else 0.0


@dataclass(frozen=True)
class SourceEffect:
    """What a source does to the log loss, the means of its indicators included."""

    source: str
    """Name of the source."""
    effect: float
    """Predicted log loss of a subset of this source alone minus the mean of that over the sources."""
    low: float
    """Lower end of the interval of that."""
    high: float
    """Upper end of it."""


def indicator_values(table: pa.Table, indicator: str) -> Floats:
    """The column of an indicator; raises ValueError where the column or a value is missing."""
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
            f" (first: row {bad[0]}); every example needs a number: score these again"
        )
    return values
