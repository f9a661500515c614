"""How much of the log loss is noise between fine-tunes, and what no rule can explain because of it.

Several seeds of one subset share their indicators, so what differs between them is noise ("pure error"), whatever the
rule. Sums of squares and the lack-of-fit test are those of Draper and Smith, Applied Regression Analysis (1998), 2.1.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy import stats

from instructmining.arrays import Floats
from instructmining.quality_rule.regression.least_squares import Design, least_squares
from instructmining.quality_rule.rule import FTest


@dataclass(frozen=True)
class Noise:
    """The noise of a single fine-tune in log loss, measured on replicated subsets."""

    sd: float
    """SD of the log loss between seeds of one subset."""
    sd_low: float
    """Lower end of its interval."""
    sd_high: float
    """Upper end of it."""
    degrees_of_freedom: int
    """Degrees of freedom of the SD."""
    floor: float
    """Smallest difference between two single fine-tunes that stands out from the noise, at the level of the rule."""
    between: FTest
    """Whether the subsets differ at all: one-way analysis of variance."""
    reachable_r2: float
    """Share of the variance of the subsets' log losses that is not noise: the held-out R2 of a perfect rule."""
    reachable_low: float
    """Lower end of its interval."""
    reachable_high: float
    """Upper end of it."""


def measure_noise(design: Design, confidence: float) -> Noise | None:
    """The noise, with intervals; None where no subset has several seeds, or where all seeds gave the same loss."""
    sd, degrees = design.noise_sd, design.noise_degrees
    if not sd:
        return None
    tail = (1 - confidence) / 2
    upper, lower = float(stats.chi2.ppf(1 - tail, degrees)), float(stats.chi2.ppf(tail, degrees))
    between = _between_subsets(design)
    reachable = _reachable(between, tail)
    return Noise(
        sd=sd,
        sd_low=sd * float(np.sqrt(degrees / upper)),
        sd_high=sd * float(np.sqrt(degrees / lower)),
        degrees_of_freedom=degrees,
        floor=float(stats.t.ppf(1 - tail, degrees) * np.sqrt(2) * sd),
        between=between,
        reachable_r2=reachable[0],
        reachable_low=reachable[1],
        reachable_high=reachable[2],
    )


def _between_subsets(design: Design) -> FTest:
    """The subsets' means against each other."""
    deviations = design.y - np.average(design.y, weights=design.seeds)
    return _against_noise(design, deviations, len(design.y) - 1)


def lack_of_fit(design: Design) -> FTest | None:
    """Whether the subsets' means lie further from a rule than the noise explains.

    None without replicates, where the two cannot be distinguished. The rule is fitted with the weights by seeds, with
    which the test is exact, however the rule itself was fitted.
    """
    if not design.noise_sd:
        return None
    result = least_squares(replace(design, weights=design.seeds))
    return _against_noise(design, result.resid, int(result.df_resid))


def _against_noise(design: Design, deviations: Floats, degrees: int) -> FTest:
    assert design.noise_sd
    statistic = float(np.sum(design.seeds * deviations**2)) / degrees / design.noise_sd**2
    return FTest(statistic, degrees, design.noise_degrees, float(stats.f.sf(statistic, degrees, design.noise_degrees)))


def _reachable(between: FTest, tail: float) -> tuple[float, float, float]:
    """1 - 1/F with its interval: the reliability of the means, ICC(1,k) of Shrout and Fleiss (1979); never below zero.

    Exact where all subsets have the same number of seeds, otherwise an approximation.
    """
    degrees = between.numerator_degrees, between.denominator_degrees
    quantiles = [1.0, float(stats.f.ppf(1 - tail, *degrees)), float(stats.f.ppf(tail, *degrees))]
    estimate, low, high = (max(0.0, 1 - quantile / between.statistic) for quantile in quantiles)
    return estimate, low, high
