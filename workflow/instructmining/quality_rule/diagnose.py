"""Evidence for and against a fitted rule, as one JSON value."""

from typing import Any

import numpy as np
from scipy import stats

from instructmining.quality_rule.regression import (
    Design,
    least_squares,
    mean_only_r_squared,
    r_squared,
    rank_correlation,
    too_constant,
)
from instructmining.quality_rule.rule import Floats

KS_NOTE = "mean and SD are estimated from the same values, so the p-values are too large (Lilliefors 1967)"
LOO_NOTE = (
    "1 - SSE/SST over subsets, each predicted by a fit without it; SST is about the mean of all subsets,"
    " so the mean as a rule gets zero or less"
)


def normality(name: str, values: Floats) -> dict[str, Any]:
    """Kolmogorov-Smirnov test against the normal with the values' own mean and SD, as in the paper."""
    if np.ptp(values) == 0:
        return {"variable": name, "statistic": None, "p_value": None}
    test = stats.kstest(values, "norm", args=(values.mean(), values.std(ddof=1)))
    return {"variable": name, "statistic": float(test.statistic), "p_value": float(test.pvalue)}


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


def coefficients(design: Design, result: Any, confidence: float) -> list[dict[str, Any]]:
    """All coefficients with their uncertainty; `standardised` ones are in SDs of both sides, over the subsets."""
    intervals = result.conf_int(1 - confidence)
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


def held_out(design: Design, result: Any, left_out: Floats) -> dict[str, Any]:
    """How well subsets are predicted that the fit has not seen; one prediction a subset."""
    rows = zip(design.subsets, design.seeds, design.y, result.fittedvalues, left_out, strict=True)
    return {
        "r2": r_squared(design.y, left_out, design.seeds),
        "spearman": rank_correlation(left_out, design.y),
        "r2_of_the_mean": mean_only_r_squared(design),
        "note": LOO_NOTE,
        "predictions": [
            {"subset": subset, "seeds": int(n), "observed": float(y), "fitted": float(fitted), "left_out": float(loo)}
            for subset, n, y, fitted, loo in rows
        ],
    }


def diagnose(design: Design, offered: Design, result: Any, left_out: Floats, confidence: float) -> dict[str, Any]:
    """Everything about a fit that is not the rule; `offered` has also the indicators that the rule leaves out."""
    varying = [name for name in offered.indicators if not too_constant(offered.keep([name]).x[:, 0])]
    return {
        "confidence": confidence,
        "r2": float(result.rsquared),
        "coefficients": coefficients(design, result, confidence),
        "univariate": [univariate(offered, name, confidence) for name in varying],
        "normality": {
            "note": KS_NOTE,
            "tests": [
                normality("log_loss", offered.y),
                *(normality(name, offered.keep([name]).x[:, 0]) for name in offered.indicators),
            ],
        },
        "pure_error": {"sd": offered.noise_sd, "degrees_of_freedom": offered.noise_degrees},
        "leave_one_out": held_out(design, result, left_out),
    }
