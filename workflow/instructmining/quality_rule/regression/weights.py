"""How much each subset counts in the fit: three kinds of least squares that differ only in their weights."""

from dataclasses import replace

import numpy as np

from instructmining.arrays import Floats
from instructmining.quality_rule.regression.fitted import Scaling, with_constant
from instructmining.quality_rule.regression.least_squares import Design
from instructmining.quality_rule.settings import MIXED_NEEDS_SEEDS, FitKind

FIT_NAMES = {
    "observations": "least squares on observations",
    "ols": "least squares on means of subsets, all counting alike",
    "weighted_means": "least squares on means of subsets, weighted by seeds",
    "mixed": "mixed model with an intercept per subset: least squares on means of subsets, weighted by their variance",
}
SHARES = np.linspace(0, 1, 41)
"""Where the likelihood is looked at first: it can have more than one maximum."""


def weigh(design: Design, how: FitKind) -> tuple[Design, str]:
    """The design with its weights, and the name of the fit; without replicates all kinds are the same.

    Raises ValueError for `mixed` without replicates.
    """
    if not design.replicated:
        if how == "mixed":
            raise ValueError(MIXED_NEEDS_SEEDS)
        return design, FIT_NAMES["observations"]
    if how == "ols":
        return replace(design, weights=np.ones(len(design.y))), FIT_NAMES["ols"]
    if how == "weighted_means":
        return replace(design, weights=design.seeds), FIT_NAMES["weighted_means"]
    return replace(design, weights=mixed_weights(design)), FIT_NAMES["mixed"]


def mixed_weights(design: Design) -> Floats:
    """Inverse variances of the subsets' means, 1 for a subset with one seed; (subsets,).

    The mixed model is log loss = rule + deviation of the subset + noise of the fine-tune. As the indicators do not vary
    within a subset, its estimate of the coefficients is that of least squares on the means with these weights (Searle,
    Casella and McCulloch, Variance Components (1992), 6.5). They lie between the numbers of seeds, where the subsets do
    not deviate, and 1 for all, where there is no noise.
    """
    return _weights(subset_share(design), design.seeds)


def _weights(share: float, seeds: Floats) -> Floats:
    weights: Floats = 1 / (share + (1 - share) / seeds)
    return weights


def subset_share(design: Design) -> float:
    """The share of the variance about the rule that is the subset's and not the fine-tune's, 0 to 1, by REML."""
    from scipy.optimize import minimize_scalar

    if not design.noise_sd:
        return 1.0
    values = [reml_criterion(design, share) for share in SHARES[:-1]]  # at 1 it is infinite
    best = int(np.argmin(values))
    found = minimize_scalar(
        lambda share: reml_criterion(design, share),
        bounds=(SHARES[max(best - 1, 0)], SHARES[best + 1]),
        method="bounded",
        options={"xatol": 1e-6},
    )
    return float(found.x) if found.fun < values[best] else float(SHARES[best])


def reml_criterion(design: Design, share: float) -> float:
    """-2 log of the restricted likelihood of all observations, up to a constant, at its best variance (Searle, 6.6).

    With N observations of n subsets, q coefficients, W the squares within subsets, S those of the weighted means about
    their fit and V = share + (1 - share) / seeds:
    (N - n) log(1 - share) + (N - q) log(W / (1 - share) + S) + sum log V + log det(X' V^-1 X).
    """
    variance = share + (1 - share) / design.seeds
    root = 1 / np.sqrt(variance)
    columns = with_constant(Scaling.of(design.x).apply(design.x)) * root[:, None]
    basis, triangle = np.linalg.qr(columns)
    losses = design.y * root
    squares = np.sum((losses - basis @ (basis.T @ losses)) ** 2) + np.sum(design.within) / (1 - share)
    determinant = 2 * np.sum(np.log(np.abs(np.diag(triangle))))
    observations, (subsets, parameters) = np.sum(design.seeds), columns.shape
    free = (observations - subsets) * np.log1p(-share) + (observations - parameters) * np.log(squares)
    return float(free + np.sum(np.log(variance)) + determinant)
