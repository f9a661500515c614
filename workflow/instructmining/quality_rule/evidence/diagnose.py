"""Evidence for and against a fitted rule, as one JSON value: `diagnostics.json`.

| key | what it holds |
|---|---|
| `confidence` | level of all intervals |
| `r2` | in-sample R2 of the fit |
| `coefficients` | a row for the intercept and each indicator: value, intervals (model, HC3, bootstrap), inflation |
| `univariate` | the regression of the log loss on each offered indicator alone |
| `normality` | `tests`, a row per variable: Kolmogorov-Smirnov as in the paper, Lilliefors, Shapiro-Wilk |
| `noise` | `noise.Noise`: SD between seeds, noise floor, highest reachable R2; null where it is not known |
| `lack_of_fit` | `noise.FTest`; null without replicates |
| `influence` | `checks.Influence` of each subset: residual, leverage, Cook's distance, normal quantile |
| `condition_number` | of the standardised indicators in the rule; null where there is none |
| `leave_one_out` | R2 with interval, Spearman, a row per subset: observed, fitted, predicted by a fit without it |
| `choice` | `how`, `choose.Choice`, and `chance`: how often the same choice finds as much in noise |
| `held_out` | `rule.HeldOut`, a row for the rule and for each baseline; the same as in `rule.json` |
| `by_source` | `held_out.OfSource`, a row per source left out; empty where that is impossible |
| `checks` | `rule.Check`: name, number, p-value, whether it warns, a sentence; the same as in `rule.json` |
"""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from scipy import stats

from instructmining.arrays import Floats
from instructmining.quality_rule.evidence.checks import (
    Influence,
    condition_number,
    inflation,
    influences,
    lack_of_fit_check,
    noise_check,
    residual_checks,
)
from instructmining.quality_rule.evidence.noise import FTest, Noise, lack_of_fit, measure_noise
from instructmining.quality_rule.regression.bootstrap import r_squared_interval
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
from instructmining.quality_rule.rule import Check

NORMALITY_NOTE = (
    "kolmogorov_smirnov is the paper's test; it assumes that mean and SD are known, but they are estimated from the"
    " same values, so its p-values are far too large. lilliefors (1967) is the same statistic with the right p-values,"
    " from a table that ends at 0.001 and 0.2. shapiro_wilk finds more."
)
LOO_NOTE = (
    "1 - SSE/SST over subsets, each predicted by a fit without it; SST is about the mean of all subsets,"
    " so the mean as a rule gets zero or less"
)


@dataclass(frozen=True)
class Residuals:
    """What a fit leaves over, and what that says about it."""

    noise: Noise | None
    misfit: FTest | None
    influence: list[Influence]
    checks: list[Check]


def examine(design: Design, result: Any, confidence: float) -> Residuals:
    """Noise, lack of fit and the checks of the assumptions."""
    noise = measure_noise(design, confidence)
    misfit = lack_of_fit(design, result.fittedvalues)
    influence = influences(design, result)
    checks = [noise_check(noise, confidence), *lack_of_fit_check(misfit)]
    if design.indicators:
        checks += residual_checks(design, result, influence)
    return Residuals(noise, misfit, influence, checks)


def normality(name: str, values: Floats) -> dict[str, Any]:
    """Three tests against the normal distribution; None where all values are the same."""
    from statsmodels.stats.diagnostic import lilliefors

    if np.ptp(values) == 0:
        return {"variable": name, "kolmogorov_smirnov": None, "lilliefors": None, "shapiro_wilk": None}
    return {
        "variable": name,
        "kolmogorov_smirnov": _test(stats.kstest(values, "norm", args=(values.mean(), values.std(ddof=1)))),
        "lilliefors": _test(lilliefors(values)),
        "shapiro_wilk": _test(stats.shapiro(values)),
    }


def _test(test: Any) -> dict[str, float]:
    statistic, p_value = test
    return {"statistic": float(statistic), "p_value": float(p_value)}


def univariate(design: Design, indicator: str, confidence: float) -> dict[str, Any]:
    """The regression of the log loss on one indicator."""
    result = least_squares(design.keep([indicator]))
    low, high = result.conf_int(1 - confidence)[1]
    return {
        "indicator": indicator,
        "intercept": float(result.params[0]),
        "slope": float(result.params[1]),
        "low": float(low),
        "high": float(high),
        "r2": float(result.rsquared),
        "p_value": float(result.pvalues[1]),
    }


def coefficients(design: Design, result: Any, confidence: float, seed: int) -> list[dict[str, Any]]:
    """All coefficients with their uncertainty; `standardised` ones are in SDs of both sides, over the subsets."""
    intervals = result.conf_int(1 - confidence)
    robust = hc3_intervals(result, confidence)
    bootstrap = bootstrap_intervals(design, confidence, seed)
    factors = inflation(design) if design.indicators else {}
    scales = [None, *(design.x.std(axis=0, ddof=1) / design.y.std(ddof=1))]
    rows = zip(["intercept", *design.indicators], result.params, result.bse, result.tvalues, strict=True)
    return [
        {
            "indicator": name,
            "coefficient": float(value),
            "standard_error": float(error),
            "low": float(intervals[i][0]),
            "high": float(intervals[i][1]),
            "t": float(t),
            "p_value": float(result.pvalues[i]),
            "hc3_low": float(robust[i][0]),
            "hc3_high": float(robust[i][1]),
            "bootstrap_low": None if bootstrap is None else float(bootstrap[i][0]),
            "bootstrap_high": None if bootstrap is None else float(bootstrap[i][1]),
            "inflation": factors.get(name),
            **_standardised(float(value), intervals[i], scales[i]),
        }
        for i, (name, value, error, t) in enumerate(rows)
    ]


def _standardised(value: float, interval: Floats, scale: float | None) -> dict[str, float]:
    """The coefficient times SD(indicator) / SD(log loss); the intercept has none."""
    if scale is None:
        return {}
    return {
        "standardised": float(value * scale),
        "standardised_low": float(interval[0] * scale),
        "standardised_high": float(interval[1] * scale),
    }


def left_out_one_by_one(design: Design, result: Any, confidence: float) -> dict[str, Any]:
    """How well each subset is predicted by a fit to all others, with the indicators of the rule."""
    left_out = leave_one_out(design, result)
    low, high = r_squared_interval(design.y, left_out, design.weights, confidence)
    rows = zip(design.subsets, design.seeds, design.y, result.fittedvalues, left_out, strict=True)
    return {
        "r2": r_squared(design.y, left_out, design.weights),
        "r2_low": low,
        "r2_high": high,
        "spearman": spearman(left_out, design.y),
        "r2_of_the_mean": mean_only_r_squared(design),
        "note": LOO_NOTE,
        "predictions": [
            {"subset": subset, "seeds": int(n), "observed": float(y), "fitted": float(fitted), "left_out": float(loo)}
            for subset, n, y, fitted, loo in rows
        ],
    }


def diagnose(
    design: Design, offered: Design, result: Any, residuals: Residuals, confidence: float, seed: int
) -> dict[str, Any]:
    """Everything about a fit that is not the rule; `offered` has also the indicators that the rule leaves out."""
    varying = [name for name in offered.indicators if not too_constant(offered.keep([name]).x[:, 0])]
    variables = {
        "log_loss": offered.y,
        "residuals": result.wresid,
        **dict(zip(offered.indicators, offered.x.T, strict=True)),
    }
    return {
        "confidence": confidence,
        "r2": float(result.rsquared),
        "coefficients": coefficients(design, result, confidence, seed),
        "univariate": [univariate(offered, name, confidence) for name in varying],
        "normality": {"note": NORMALITY_NOTE, "tests": [normality(*item) for item in variables.items()]},
        "noise": asdict(residuals.noise) if residuals.noise else None,
        "lack_of_fit": asdict(residuals.misfit) if residuals.misfit else None,
        "influence": [asdict(row) for row in residuals.influence],
        "condition_number": condition_number(design) if design.indicators else None,
        "leave_one_out": left_out_one_by_one(design, result, confidence),
    }
