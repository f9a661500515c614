"""Measure the evidence for and against a fitted rule: all that `diagnostics.json` holds."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import stats

from instructmining.arrays import Floats
from instructmining.quality_rule.evidence.assess import Assessment
from instructmining.quality_rule.evidence.checks import (
    Influence,
    condition_number,
    inflation,
    influences,
    intervals_check,
    lack_of_fit_check,
    noise_check,
    residual_checks,
)
from instructmining.quality_rule.evidence.noise import Noise, lack_of_fit, measure_noise
from instructmining.quality_rule.evidence.result import (
    Diagnostics,
    Intercept,
    LeaveOneOut,
    Normality,
    Prediction,
    StatisticalTest,
    UnivariateFit,
)
from instructmining.quality_rule.regression.fitted import Fitted
from instructmining.quality_rule.regression.intervals import bootstrap_intervals, hc3_intervals
from instructmining.quality_rule.regression.least_squares import (
    Design,
    least_squares,
    leave_one_out,
    mean_only_r_squared,
    r_squared,
    too_constant,
)
from instructmining.quality_rule.regression.ranks import spearman
from instructmining.quality_rule.rule import Check, FTest
from instructmining.quality_rule.term import Term


@dataclass(frozen=True)
class Residuals:
    """What a fit leaves over, and what that says about it."""

    noise: Noise | None
    misfit: FTest | None
    influence: list[Influence]
    checks: list[Check]


def examine(design: Design, result: Fitted, confidence: float) -> Residuals:
    """Noise, lack of fit and the checks of the assumptions."""
    noise = measure_noise(design, confidence)
    misfit = lack_of_fit(design)
    influence = influences(design, result)
    checks = [noise_check(noise, confidence), *lack_of_fit_check(misfit)]
    if design.indicators:
        checks += residual_checks(design, result, influence)
    return Residuals(noise, misfit, influence, checks)


def normality(variable: str, values: Floats) -> Normality:
    """Three tests against the normal distribution; None where all values are the same."""
    from statsmodels.stats.diagnostic import lilliefors

    if np.ptp(values) == 0:
        return Normality(variable, None, None, None)
    normal = (values.mean(), values.std(ddof=1))
    tests = stats.kstest(values, "norm", args=normal), lilliefors(values), stats.shapiro(values)
    return Normality(variable, *(StatisticalTest(float(statistic), float(p_value)) for statistic, p_value in tests))


def univariate(design: Design, indicator: str, confidence: float) -> UnivariateFit:
    """The regression of the log loss on one indicator."""
    result = least_squares(design.keep([indicator]))
    low, high = result.conf_int(1 - confidence)[1]
    return UnivariateFit(
        indicator=indicator,
        intercept=float(result.params[0]),
        slope=float(result.params[1]),
        low=float(low),
        high=float(high),
        r2=float(result.rsquared),
        p_value=float(result.pvalues[1]),
    )


def coefficients(design: Design, result: Fitted, confidence: float, seed: int) -> tuple[Intercept, tuple[Term, ...]]:
    """The constant and the terms of the rule, with their intervals; SDs of standardised ones are over the subsets."""
    numbers = zip(result.params, result.bse, result.conf_int(1 - confidence), result.pvalues, strict=True)
    wider = _wider_intervals(design, result, confidence, seed)
    (constant, error, (low, high), p_value), *slopes = numbers
    intercept = Intercept(float(constant), float(error), float(low), float(high), float(p_value), **next(wider))
    factors = inflation(design) if design.indicators else {}
    terms = [
        Term(
            indicator=name,
            coefficient=float(value),
            standard_error=float(error),
            low=float(low),
            high=float(high),
            p_value=float(p_value),
            standardised=float(value * x.std(ddof=1) / design.y.std(ddof=1)),
            fitted_min=float(x.min()),
            fitted_max=float(x.max()),
            mean=float(x.mean()),
            inflation=factors[name],
            winsorised=None,  # the fit knows the limits
            **next(wider),
        )
        for name, x, (value, error, (low, high), p_value) in zip(design.indicators, design.x.T, slopes, strict=True)
    ]
    return intercept, tuple(terms)


def _wider_intervals(design: Design, result: Fitted, confidence: float, seed: int) -> Iterator[dict[str, float | None]]:
    """The HC3 and bootstrap intervals of the constant and of each term, by the names of their fields."""
    bootstrap = bootstrap_intervals(design, confidence, seed)
    for number, (low, high) in enumerate(hc3_intervals(result, confidence).tolist()):
        drawn = (None, None) if bootstrap is None else bootstrap[number].tolist()
        yield {"hc3_low": low, "hc3_high": high, "bootstrap_low": drawn[0], "bootstrap_high": drawn[1]}


def left_out_one_by_one(design: Design, result: Fitted) -> LeaveOneOut:
    """How well each subset is predicted by a fit to all others, with the indicators of the rule."""
    left_out = leave_one_out(design, result)
    rows = zip(design.subsets, design.seeds, design.weights, design.y, result.fittedvalues, left_out, strict=True)
    return LeaveOneOut(
        r2=r_squared(design.y, left_out, design.weights),
        spearman=spearman(left_out, design.y),
        r2_of_the_mean=mean_only_r_squared(design),
        predictions=tuple(Prediction(subset, int(seeds), *map(float, numbers)) for subset, seeds, *numbers in rows),
    )


def diagnose(
    design: Design, offered: Design, result: Fitted, assessment: Assessment, confidence: float, seed: int
) -> Diagnostics:
    """All the evidence about a fit; `offered` also has the indicators that the rule leaves out."""
    residuals = examine(design, result, confidence)
    intercept, terms = coefficients(design, result, confidence, seed)
    varying = [name for name in offered.indicators if not too_constant(offered.keep([name]).x[:, 0])]
    columns = dict(zip(offered.indicators, offered.x.T, strict=True))
    variables = {"log_loss": offered.y, "residuals": result.wresid, **columns}
    return Diagnostics(
        confidence=confidence,
        r2=float(result.rsquared),
        intercept=intercept,
        terms=terms,
        univariate=tuple(univariate(offered, name, confidence) for name in varying),
        normality=tuple(normality(*item) for item in variables.items()),
        noise=residuals.noise,
        lack_of_fit=residuals.misfit,
        influence=tuple(residuals.influence),
        condition_number=condition_number(design) if design.indicators else None,
        leave_one_out=left_out_one_by_one(design, result),
        choice=assessment.choice,
        order_p_value=assessment.order_p_value,
        held_out=tuple(assessment.held_out),
        by_source=tuple(assessment.by_source),
        checks=(*assessment.checks, *residuals.checks, *intervals_check(terms)),
    )
