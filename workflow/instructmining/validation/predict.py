"""What a rule predicts for sets of examples: the mean loss of fine-tunes on one, and the difference between two."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from scipy import stats

from instructmining.arrays import Floats
from instructmining.quality_rule.leverage import joint_leverage, leverage_between
from instructmining.quality_rule.rule import QualityRule
from instructmining.validation.optimism import Optimism, OwnChoices


@dataclass(frozen=True)
class Prediction:
    """A log loss, or a difference of two, that a rule predicts for the mean of some fine-tunes."""

    value: float
    """The number that is predicted."""
    error: float | None
    """SD of what will be observed around it; None where the rule does not say how certain it is."""
    degrees: int
    """Degrees of freedom of that SD."""
    leverage: float | None
    """How far the set is from the fitted subsets, or the two sets from each other."""

    def interval(self, confidence: float) -> tuple[float | None, float | None]:
        """Both ends of the interval that what will be observed is in with this probability; None if it is not known."""
        if self.error is None:
            return None, None
        half = float(stats.t.ppf((1 + confidence) / 2, self.degrees)) * self.error
        return self.value - half, self.value + half

    def p_value(self, observed: float) -> float | None:
        """How often a number as far from the prediction would be observed if the rule held."""
        if not self.error:
            return None
        return float(2 * stats.t.sf(abs(observed - self.value) / self.error, self.degrees))


@dataclass(frozen=True)
class Sample:
    """The examples of some fine-tunes: one set for all of them, or several draws of one kind."""

    examples: pa.Table
    """A row per example of each set: the indicators, and those that are measured inside a set as they are in it."""
    seeds: int = 1
    """Fine-tunes."""
    sets: int = 1
    """Different sets among them."""
    own: OwnChoices | None = None
    """Where it is the rule's own choice, what rules of the same accuracy choose; None for any other choice."""

    def predicted(self, rule: QualityRule) -> float:
        """As the rule is linear, its prediction for a set is the mean of those for its examples."""
        return float(rule.predict(self.examples).mean())

    def scatter(self, rule: QualityRule) -> float:
        """Variance of the mean loss about the true rule.

        More seeds average out the noise between seeds alone; what the rule misses about a set is the same in all of
        them, and another in another set.
        """
        variance, noise = rule.residual_sd**2, (rule.noise_sd or 0.0) ** 2
        return max(variance - noise, 0.0) / self.sets + noise / self.seeds

    def misjudged(self, rule: QualityRule, origin: Floats) -> Optimism:
        """How the error of the slopes moves its loss, measured from that of a set with the means `origin`."""
        if self.own is not None:
            return self.own.optimism(origin)
        leverage = leverage_between(rule, rule.means(self.examples), origin)
        return Optimism(0.0, rule.residual_sd**2 * (leverage or 0.0))


def predict_set(rule: QualityRule, sample: Sample) -> Prediction:
    """The mean log loss of the fine-tunes on a sample."""
    leverage = joint_leverage(rule, rule.means(sample.examples))
    if rule.leverage is None or leverage is None or rule.residual_degrees < 1:
        return Prediction(sample.predicted(rule), None, rule.residual_degrees, leverage)
    found = sample.misjudged(rule, np.array(rule.leverage.centre))
    variance = sample.scatter(rule) + rule.residual_sd**2 * rule.leverage.smallest + found.variance
    return Prediction(sample.predicted(rule) + found.mean, float(np.sqrt(variance)), rule.residual_degrees, leverage)


def predict_gain(rule: QualityRule, baseline: Sample, choice: Sample) -> Prediction:
    """How far the mean log loss of a choice is below that of a baseline; what the fit errs in for both cancels out."""
    origin = rule.means(baseline.examples)
    leverage = leverage_between(rule, rule.means(choice.examples), origin)
    value = baseline.predicted(rule) - choice.predicted(rule)
    if leverage is None or rule.residual_degrees < 1:
        return Prediction(value, None, rule.residual_degrees, leverage)
    found = choice.misjudged(rule, origin)
    variance = choice.scatter(rule) + baseline.scatter(rule) + found.variance
    return Prediction(value - found.mean, float(np.sqrt(variance)), rule.residual_degrees, leverage)
