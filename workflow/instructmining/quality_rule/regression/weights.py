"""How much each subset counts in the fit: three kinds of least squares that differ only in their weights."""

import warnings
from dataclasses import replace

import numpy as np
import pyarrow as pa

from instructmining.arrays import Floats
from instructmining.quality_rule.regression.least_squares import Design, with_constant
from instructmining.quality_rule.settings import MIXED_NEEDS_SEEDS, FitKind

FIT_NAMES = {
    "observations": "least squares on observations",
    "ols": "least squares on means of subsets, all counting alike",
    "weighted_means": "least squares on means of subsets, weighted by seeds",
    "mixed": "mixed model with an intercept per subset: least squares on means of subsets, weighted by their variance",
}


def weigh(design: Design, observations: pa.Table, how: FitKind) -> tuple[Design, str]:
    """The design with its weights, and the name of the fit; without replicates all kinds are the same.

    Raises ValueError for `mixed` without replicates, or where its variances cannot be estimated.
    """
    if not design.replicated:
        if how == "mixed":
            raise ValueError(MIXED_NEEDS_SEEDS)
        return design, FIT_NAMES["observations"]
    if how == "mixed":
        return replace(design, weights=mixed_weights(design, observations)), FIT_NAMES["mixed"]
    if how == "ols":
        return replace(design, weights=np.ones(len(design.y))), FIT_NAMES["ols"]
    return replace(design, weights=design.seeds), FIT_NAMES["weighted_means"]


def mixed_weights(design: Design, observations: pa.Table) -> Floats:
    """Inverse variances of the subsets' means, 1 for a subset with one seed; (subsets,).

    The mixed model is log loss = rule + deviation of the subset + noise of the fine-tune, by restricted maximum
    likelihood. As the indicators do not vary within a subset, its estimate of the coefficients is that of least squares
    on the means with these weights (Searle, Casella and McCulloch, Variance Components (1992), 6.5).
    """
    of_subset, noise = _variances(design, observations)
    weights: Floats = (of_subset + noise) / (of_subset + noise / design.seeds)
    return weights


def _variances(design: Design, observations: pa.Table) -> tuple[float, float]:
    """Variance of the subsets' deviations and of the noise, up to the scale of the log loss."""
    import statsmodels.api as sm
    from statsmodels.tools.sm_exceptions import ConvergenceWarning

    rows = np.searchsorted(design.subsets, observations["subset"].to_pylist())
    y = observations["log_loss"].to_numpy() / design.y.std()
    columns = (design.x - design.x.mean(axis=0)) / design.x.std(axis=0)
    model = sm.MixedLM(y, with_constant(columns)[rows], groups=rows)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a variance of zero lies on the boundary, and is an answer
        result = model.fit(reml=True)
    if not (result.converged and np.isfinite(result.scale)):
        raise ValueError(
            "quality_rule.fit: the mixed model did not converge; set weighted_means, or more of sampling.replicated"
        )
    return float(result.cov_re[0, 0]), float(result.scale)
