"""What a run says about the certainty of other runs: its noise, and how far its design spreads the indicators."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from instructmining.arrays import Floats
from instructmining.quality_rule.regression.least_squares import Design, least_squares

CAUTION = 0.8
"""The cautious numbers suffice unless the variance is above the upper end of its one-sided interval of this level."""


@dataclass(frozen=True)
class Pilot:
    """What a pilot run says about the width of intervals; variances are of the log loss."""

    indicators: tuple[str, ...]
    subsets: int
    between: float
    """Variance between subsets that the indicators do not explain."""
    within: float | None
    """Variance between seeds of a subset; None where none was replicated, as it is then part of `between`."""
    spread: Floats  # (indicators,) SD over the subsets, in the units of the indicator
    inflation: Floats  # (indicators,) variance inflation factors

    @property
    def unit_variance(self) -> Floats:
        """Diagonal of the inverse of the correlations of the indicators, without the bias of a small pilot.

        The inverse of a sample covariance of m rows and p columns is too large by (m - 1) / (m - p - 2) on average
        (mean of the inverse Wishart distribution; Mardia, Kent and Bibby 1979, 3.8).
        """
        unbiased: Floats = self.inflation * (self.subsets - len(self.indicators) - 2) / (self.subsets - 1)
        return unbiased

    def noise(self, seeds: int) -> float:
        """Variance of the mean log loss of a subset about the rule; raises ValueError where it is not known."""
        if seeds > 1 and self.within is None:
            raise ValueError(
                "the pilot has no subset with several seeds, so it is not known how much more seeds would help;"
                " set sampling.replicated and sampling.seeds, or plan with one seed"
            )
        return self.between + (self.within or 0.0) / seeds

    @property
    def caution(self) -> float:
        """How many times larger than the pilot found the variance may be, by its chi-squared interval."""
        degrees = self.subsets - len(self.indicators) - 1
        return float(degrees / stats.chi2.ppf(1 - CAUTION, degrees))


def measure_pilot(design: Design) -> Pilot:
    """The pilot of a usable design."""
    correlations = np.corrcoef(design.x, rowvar=False).reshape(len(design.indicators), -1)
    between, within = variances(design)
    return Pilot(
        design.indicators,
        len(design.subsets),
        between,
        within,
        design.x.std(axis=0, ddof=1),
        np.diag(np.linalg.inv(correlations)),
    )


def variances(design: Design) -> tuple[float, float | None]:
    """Variance of the log loss between subsets about the fit, and between seeds of one.

    The residual sum of squares of the means, weighted by seeds, has the expectation `between * tr(M) + within * df`,
    M = W - W X (X'WX)^-1 X'W (fitting constants: Searle, Casella and McCulloch 1992, 5.5). A negative estimate is 0.
    """
    result = least_squares(design)
    if design.noise_sd is None:
        return float(result.mse_resid), None
    trace = np.sum(design.seeds * (1 - result.influence.hat_matrix_diag))
    within = design.noise_sd**2
    between = (result.mse_resid - within) * result.df_resid / trace
    return max(float(between), 0.0), within
