"""What a rule predicts for a set of examples, with the interval of the mean loss of fine-tunes on it."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from scipy import stats

from instructmining.quality_rule.leverage import joint_leverage
from instructmining.quality_rule.rule import QualityRule


@dataclass(frozen=True)
class Prediction:
    """The log loss that a rule predicts for the mean of some fine-tunes on a set of examples."""

    value: float
    """Predicted log loss."""
    error: float | None
    """SD of what will be observed around it; None where the rule does not say how certain it is."""
    degrees: int
    """Degrees of freedom of that SD."""
    leverage: float | None
    """How far the set is from the subsets that the rule was fitted to."""

    def interval(self, confidence: float) -> tuple[float | None, float | None]:
        """Both ends of the interval that what will be observed is in with this probability; None if it is not known."""
        if self.error is None:
            return None, None
        half = float(stats.t.ppf((1 + confidence) / 2, self.degrees)) * self.error
        return self.value - half, self.value + half

    def p_value(self, observed: float) -> float | None:
        """How often a log loss as far from the prediction would be observed if the rule held."""
        if not self.error:
            return None
        return float(2 * stats.t.sf(abs(observed - self.value) / self.error, self.degrees))


def predict_set(rule: QualityRule, examples: pa.Table, seeds: int) -> Prediction:
    """The mean log loss of `seeds` fine-tunes on a set.

    `examples` has one row per example: the indicators, and those that are measured inside a set as they are in this
    one. The rule is linear, so that its prediction for a set is the mean of those for its examples.
    """
    means = np.array([rule.values(examples, term).mean() for term in rule.terms])
    leverage = joint_leverage(rule, means)
    return Prediction(
        float(rule.predict(examples).mean()), _error(rule, leverage, seeds), rule.residual_degrees, leverage
    )


def _error(rule: QualityRule, leverage: float | None, seeds: int) -> float | None:
    """The noise of the mean, and the error of the fit.

    More seeds average out the noise between seeds alone; what the rule misses about a set is the same in all of them.
    """
    if leverage is None or rule.residual_degrees < 1:
        return None
    variance, noise = rule.residual_sd**2, (rule.noise_sd or 0.0) ** 2
    of_mean = max(variance - noise * (1 - 1 / seeds), noise / seeds)
    return float(np.sqrt(of_mean + variance * leverage))
