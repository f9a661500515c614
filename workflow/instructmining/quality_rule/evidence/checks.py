"""Checks of the assumptions behind a fit: each gives a number, whether it warns, and a plain sentence.

The tests warn at a p-value below `ALARM`, so one in a hundred sound fits gets the warning of a given test. They use
weighted residuals, whose variance is the same for every subset if the fit is right.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from scipy import stats

from instructmining.arrays import Floats
from instructmining.quality_rule.evidence.noise import Noise
from instructmining.quality_rule.regression.fitted import Fitted
from instructmining.quality_rule.regression.least_squares import Design
from instructmining.quality_rule.rule import MIXED, Check, FTest
from instructmining.quality_rule.term import Term
from instructmining.training.mixed import Mixture, mixtures, unlike_most

ALARM = 0.01
LARGE_VIF = 10.0
"""Marquardt, Technometrics 12 (1970)."""
LARGE_CONDITION = 30.0
"""Belsley, Kuh and Welsch, Regression Diagnostics (1980), 3.2."""
SUBSETS_PER_INDICATOR = 10
"""Harrell, Regression Modeling Strategies (2015), 4.4."""


@dataclass(frozen=True)
class Influence:
    """How much one subset moves the fit."""

    subset: str
    """ID of the subset."""
    residual: float
    """Residual in SDs (internally studentised)."""
    leverage: float
    """Its weight in its own prediction, 0 to 1."""
    cooks_distance: float
    """How far all predictions move without it (Cook 1977)."""
    normal_quantile: float
    """Where the residual would lie if all residuals followed a normal distribution (Blom 1958)."""


def made_alike(observations: pa.Table, stop: bool) -> list[Check]:
    """A warning for each thing in which the fine-tunes were not made alike.

    With `stop`, raises ValueError instead, with those that were not made like most of them.
    """
    made = [dict(one) for one in observations["made_with"].to_pylist()]
    found = mixtures(made)
    if found and stop:
        raise ValueError(_stop(observations, found, unlike_most(made)))
    return [Check(MIXED, None, None, True, mixture.sentence) for mixture in found]


def _stop(observations: pa.Table, found: Sequence[Mixture], unlike: Sequence[int]) -> str:
    rows = observations.select(["model", "subset", "seed"]).take(unlike[:5]).to_pylist()
    folders = [f"training/{row['model']}/{row['subset']}/seed{row['seed']}" for row in rows]
    more = f" and {len(unlike) - len(rows):,} more" if len(unlike) > len(rows) else ""
    return (
        f"quality_rule.mixed is stop, but the fine-tunes were not made alike."
        f" {' '.join(mixture.sentence for mixture in found)} These differ from most: {', '.join(folders)}{more}."
        " Delete these folders of the results and the store, which would return the same adapters; then run again with"
        " one lock on one kind of device. Or set quality_rule.mixed: warn, to fit a rule to them anyway"
    )


def influences(design: Design, result: Fitted) -> list[Influence]:
    """Residual, leverage, Cook's distance and the normal quantile of the residual, of every subset."""
    influence = result.influence
    residuals = influence.resid_studentized_internal
    quantiles = stats.norm.ppf((stats.rankdata(residuals) - 0.375) / (len(residuals) + 0.25))
    columns = (residuals, influence.hat_matrix_diag, influence.cooks_distance[0], quantiles)
    rows = zip(design.subsets, *columns, strict=True)
    return [Influence(subset, *map(float, numbers)) for subset, *numbers in rows]


def inflation(design: Design) -> dict[str, float]:
    """Variance inflation factor of each indicator, 1 / (1 - R2 of it on the others), with the weights of the fit."""
    triangle = np.linalg.qr(_standardised(design), mode="r")  # its inverse has the root of that of the correlations
    factors = np.sum(np.linalg.inv(triangle) ** 2, axis=1)
    return dict(zip(design.indicators, factors.tolist(), strict=True))


def condition_number(design: Design) -> float:
    """Largest over smallest singular value of the standardised indicators."""
    return float(np.linalg.cond(_standardised(design)))


def _standardised(design: Design) -> Floats:
    """(subsets, indicators): centred, times the roots of the weights so that plain formulas hold, of length 1."""
    centred = design.x - np.average(design.x, axis=0, weights=design.weights)
    columns = centred * np.sqrt(design.weights)[:, None]
    return np.asarray(columns / np.linalg.norm(columns, axis=0), dtype=np.float64)


def noise_check(noise: Noise | None, confidence: float) -> Check:
    """How much the seeds differ, and what that leaves for a rule to explain."""
    if noise is None:
        sentence = (
            "No subset was tuned on with several seeds that gave different losses, so neither the noise between"
            " fine-tunes nor the highest R2 that a rule can reach is known; set sampling.replicated."
        )
        return Check("noise", None, None, True, sentence)
    sentence = (
        f"Between seeds of one subset, the log loss has an SD of {noise.sd:.3g} ({confidence:.0%} interval"
        f" {noise.sd_low:.3g} to {noise.sd_high:.3g}, {noise.degrees_of_freedom} degrees of freedom): two single"
        f" fine-tunes that differ by less than {noise.floor:.3g} cannot be distinguished. A perfect rule would reach a"
        f" held-out R2 of about {noise.reachable_r2:.2f} ({noise.reachable_low:.2f} to {noise.reachable_high:.2f})."
    )
    if noise.between.p_value < 1 - confidence:
        return Check("noise", noise.sd, noise.between.p_value, False, sentence)
    warning = f" The subsets are not shown to differ at all ({_p(noise.between.p_value)})."
    return Check("noise", noise.sd, noise.between.p_value, True, sentence + warning)


def lack_of_fit_check(test: FTest | None) -> list[Check]:
    """Whether the rule misses something that noise does not explain."""
    if test is None:
        return []
    warns = test.p_value < ALARM
    verdict = "lie" if warns else f"are not shown, at p < {ALARM}, to lie"
    degrees = f"{test.numerator_degrees}, {test.denominator_degrees}"
    numbers = f"lack-of-fit F({degrees}) = {test.statistic:.2f}, {_p(test.p_value)}"
    sentence = f"The subsets {verdict} further from the rule than noise explains ({numbers})."
    return [Check("lack of fit", test.statistic, test.p_value, warns, sentence)]


def residual_checks(design: Design, result: Fitted, influence: Sequence[Influence]) -> list[Check]:
    """The checks of a fit with at least one indicator."""
    return [
        _size(design),
        _collinearity(inflation(design), condition_number(design)),
        _even_variance(design, result),
        _normal_residuals(result),
        _influential(design, influence),
    ]


def _size(design: Design) -> Check:
    ratio = len(design.subsets) / len(design.indicators)
    warns = ratio < SUBSETS_PER_INDICATOR
    verdict = f"fewer than the {SUBSETS_PER_INDICATOR} that are advised" if warns else "enough"
    return Check("size", ratio, None, warns, f"There are {ratio:.1f} subsets per indicator of the rule: {verdict}.")


def _collinearity(factors: dict[str, float], condition: float) -> Check:
    name, largest = max(factors.items(), key=lambda item: item[1])
    warns = largest > LARGE_VIF or condition > LARGE_CONDITION
    verdict = "do not interpret single coefficients" if warns else "the indicators can be separated"
    sentence = (
        f"The largest variance inflation is {largest:.1f} (`{name}`; limit {LARGE_VIF:.0f}), the condition number of"
        f" the indicators {condition:.1f} (limit {LARGE_CONDITION:.0f}): {verdict}."
    )
    return Check("collinearity", largest, None, warns, sentence)


def _even_variance(design: Design, result: Fitted) -> Check:
    from statsmodels.stats.diagnostic import het_breuschpagan

    statistic, p_value = map(float, het_breuschpagan(result.wresid, result.columns)[:2])
    warns = p_value < ALARM
    verdict = (
        "depends on the indicators: read the HC3 intervals" if warns else "is not shown to depend on the indicators"
    )
    sentence = f"The spread of the residuals {verdict} (Breusch-Pagan, {_p(p_value)})."
    return Check("heteroscedasticity", statistic, p_value, warns, sentence)


def _normal_residuals(result: Fitted) -> Check:
    from statsmodels.stats.diagnostic import lilliefors

    test = stats.shapiro(result.wresid)
    warns = bool(test.pvalue < ALARM)
    verdict = "are not normal: read the bootstrap intervals" if warns else "are not shown to deviate from the normal"
    sentence = (
        f"The residuals {verdict} (Shapiro-Wilk, {_p(test.pvalue)}; Lilliefors, {_p(lilliefors(result.wresid)[1])})."
    )
    return Check("normality", float(test.statistic), float(test.pvalue), warns, sentence)


def influence_limit(subsets: int, parameters: int) -> float:
    """The median of F(p, n - p): a larger Cook's distance moves the fit out of its own 50 % region (Cook 1977)."""
    return float(stats.f.median(parameters, subsets - parameters))


def _influential(design: Design, influence: Sequence[Influence]) -> Check:
    limit = influence_limit(len(design.subsets), len(design.indicators) + 1)
    worst = max(influence, key=lambda item: item.cooks_distance)
    warns = worst.cooks_distance > limit
    verdict = (
        "it alone moves the rule; look at its examples and its log" if warns else "no single subset moves the rule"
    )
    sentence = (
        f"The most influential subset is {worst.subset} (Cook's distance {worst.cooks_distance:.2f}, limit"
        f" {limit:.2f}): {verdict}."
    )
    return Check("influence", worst.cooks_distance, None, warns, sentence)


def intervals_check(terms: Sequence[Term]) -> list[Check]:
    """Whether what is shown by the model's intervals is also shown by the HC3 and bootstrap intervals."""
    by_model = [term for term in terms if term.low > 0 or term.high < 0]
    fragile = [f"`{term.indicator}`" for term in by_model if not term.shown]
    if not by_model:
        return []
    sentence = (
        f"HC3 or bootstrap intervals show no effect of {', '.join(fragile)}, although the model's intervals do."
        if fragile
        else "HC3 and bootstrap intervals exclude zero wherever the model's intervals do."
    )
    return [Check("intervals", float(len(fragile)), None, bool(fragile), sentence)]


def _p(value: float) -> str:
    return "p < 0.001" if value < 0.001 else f"p = {value:.3f}"
