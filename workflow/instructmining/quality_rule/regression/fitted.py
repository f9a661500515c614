"""A fit in the units of the indicators, computed on indicators that have a mean of 0 and an SD of 1.

Indicators come in any unit. A perplexity of 1e15 or a mean of 1e9 beside an SD of 1 leaves raw columns so unlike or so
nearly parallel that a solver cannot distinguish them from each other or from the constant. So columns are standardised
first, and what is found is mapped back. The fit is the same whatever the units are.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy import stats

from instructmining.arrays import Floats


def with_constant(x: Floats) -> Floats:
    """(rows, indicators) -> (rows, 1 + indicators), ones first."""
    return np.column_stack([np.ones(len(x)), x])


@dataclass(frozen=True)
class Scaling:
    """How columns are standardised."""

    centre: Floats  # (indicators,)
    scale: Floats  # (indicators,) 1 where a column is constant

    @classmethod
    def of(cls, x: Floats, weights: Floats | None = None) -> "Scaling":
        """The weighted mean and the SD of each column; (rows,) or (rows, indicators)."""
        spread = x.std(axis=0)
        return cls(
            np.average(x, axis=0, weights=np.ones(len(x)) if weights is None else weights),
            np.where(spread > 0, spread, 1.0),
        )

    def apply(self, x: Floats) -> Floats:
        """Standardise (..., rows, indicators)."""
        scaled: Floats = (x - self.centre) / self.scale
        return scaled

    def undo(self, values: Floats) -> Floats:
        """Coefficients of raw columns from those of standardised ones, the constant first; (..., 1 + indicators)."""
        slopes = values[..., 1:] / self.scale
        return np.concatenate([values[..., :1] - slopes @ self.centre[:, None], slopes], axis=-1)

    def undo_covariance(self, covariance: Floats) -> Floats:
        """The same of the covariance of coefficients; (1 + indicators, 1 + indicators)."""
        back = self.undo(np.eye(len(covariance)))  # row i is what coefficient i of a standardised column adds
        found: Floats = back.T @ covariance @ back
        return found


@dataclass(frozen=True)
class Fitted:
    """A least-squares fit; names are those of statsmodels, numbers are in the units of the indicators."""

    standardised: Any
    """The result of statsmodels on standardised indicators, the constant first."""
    scaling: Scaling

    @cached_property
    def params(self) -> Floats:
        """The constant and the coefficients; (1 + indicators,)."""
        return self.scaling.undo(self.standardised.params)

    @cached_property
    def bse(self) -> Floats:
        """Their standard errors."""
        return np.sqrt(np.diag(self.cov_params()))

    @property
    def tvalues(self) -> Floats:
        """Coefficients over their standard errors."""
        return self.params / self.bse

    @property
    def pvalues(self) -> Floats:
        """Two-sided p-values of Student's t."""
        p_values: Floats = 2 * stats.t.sf(np.abs(self.tvalues), self.df_resid)
        return p_values

    def cov_params(self) -> Floats:
        """Covariance of the coefficients; (1 + indicators, 1 + indicators)."""
        return self.scaling.undo_covariance(self.standardised.cov_params())

    def conf_int(self, alpha: float) -> Floats:
        """Intervals that miss the truth in a share `alpha` of cases; (1 + indicators, 2)."""
        return self.intervals(self.bse, alpha)

    def intervals(self, errors: Floats, alpha: float) -> Floats:
        """The same with other standard errors, (1 + indicators,)."""
        half = stats.t.ppf(1 - alpha / 2, self.df_resid) * errors
        return np.stack([self.params - half, self.params + half], axis=-1)

    def predict(self, x: Floats) -> Floats:
        """Predicted log loss; (rows, indicators) -> (rows,)."""
        predicted: Floats = self._columns(x) @ self.standardised.params
        return predicted

    def prediction_variance(self, x: Floats) -> Floats:
        """Variance of that prediction, without the noise of what is predicted; (rows,)."""
        columns = self._columns(x)
        variance: Floats = np.sum(columns @ self.standardised.cov_params() * columns, axis=1)
        return variance

    def _columns(self, x: Floats) -> Floats:
        return with_constant(self.scaling.apply(x))

    @property
    def columns(self) -> Floats:
        """The constant and the standardised indicators that were fitted; (subsets, 1 + indicators)."""
        columns: Floats = self.standardised.model.exog
        return columns

    @property
    def rsquared(self) -> float:
        """R2 in the sample."""
        return float(self.standardised.rsquared)

    @property
    def rsquared_adj(self) -> float:
        """The same, adjusted for the number of indicators."""
        return float(self.standardised.rsquared_adj)

    @property
    def mse_resid(self) -> float:
        """Residual variance of a subset with weight 1."""
        return float(self.standardised.mse_resid)

    @property
    def df_resid(self) -> float:
        """Residual degrees of freedom."""
        return float(self.standardised.df_resid)

    @property
    def resid(self) -> Floats:
        """Observed minus fitted; (subsets,)."""
        residuals: Floats = self.standardised.resid
        return residuals

    @property
    def wresid(self) -> Floats:
        """The same times the roots of the weights."""
        residuals: Floats = self.standardised.wresid
        return residuals

    @property
    def fittedvalues(self) -> Floats:
        """The predictions of the subsets that were fitted; (subsets,)."""
        values: Floats = self.standardised.fittedvalues
        return values

    @cached_property
    def influence(self) -> Any:
        """Leverage, studentised residuals and Cook's distance, of statsmodels.

        It has none for weights, so the rows are taken times the roots of their weights, which is the same fit.
        """
        import statsmodels.api as sm

        model = self.standardised.model
        return sm.OLS(model.wendog, model.wexog).fit().get_influence()
