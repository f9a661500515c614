"""What `diagnostics.json` holds: the evidence for and against a fitted rule."""

from dataclasses import dataclass

from instructmining.quality_rule.evidence.checks import Influence
from instructmining.quality_rule.evidence.choose import Choice
from instructmining.quality_rule.evidence.held_out import SourceLeftOut
from instructmining.quality_rule.evidence.noise import Noise
from instructmining.quality_rule.rule import Check, FTest, HeldOut
from instructmining.quality_rule.term import Term


@dataclass(frozen=True)
class Intercept:
    """The constant of the rule, with its intervals."""

    value: float
    """Predicted log loss where every indicator is zero."""
    standard_error: float
    """Standard error, of the model."""
    low: float
    """Lower end of the model's interval."""
    high: float
    """Upper end of it."""
    p_value: float
    """How often a constant as far from zero would be found if the true one were zero."""
    hc3_low: float | None
    """Lower end of the HC3 interval, which allows for uneven noise."""
    hc3_high: float | None
    """Upper end of it."""
    bootstrap_low: float | None
    """Lower end of the bootstrap interval; None where too few of the resampled subsets determine the coefficients."""
    bootstrap_high: float | None
    """Upper end of it."""


@dataclass(frozen=True)
class UnivariateFit:
    """The regression of the log loss on one indicator alone."""

    indicator: str
    """Name of the indicator."""
    intercept: float
    """The constant."""
    slope: float
    """Change of the log loss when the indicator rises by one of its units."""
    low: float
    """Lower end of the interval of the slope."""
    high: float
    """Upper end of it."""
    r2: float
    """R2 in the sample."""
    p_value: float
    """How often a slope as far from zero would be found if the true one were zero."""


@dataclass(frozen=True)
class StatisticalTest:
    """A statistic and its p-value."""

    statistic: float
    """The statistic."""
    p_value: float
    """How often it would be as large if the hypothesis were true."""


@dataclass(frozen=True)
class Normality:
    """Three tests of one variable against the normal distribution; None where all its values are the same."""

    variable: str
    """An indicator, `log_loss` or `residuals`."""
    kolmogorov_smirnov: StatisticalTest | None
    """The paper's test. It takes mean and SD as known, but they come from the same values: p is far too large."""
    lilliefors: StatisticalTest | None
    """The same statistic with the right p-values (Lilliefors 1967), from a table that ends at 0.001 and 0.2."""
    shapiro_wilk: StatisticalTest | None
    """The most sensitive of the three."""


@dataclass(frozen=True)
class Prediction:
    """The log loss of one subset, observed and predicted."""

    subset: str
    """ID of the subset."""
    seeds: int
    """Fine-tunes on it."""
    weight: float
    """How much it counts in the fit; 1 is that of a subset with one seed."""
    observed: float
    """Mean log loss over its seeds."""
    fitted: float
    """Prediction of the rule."""
    left_out: float
    """Prediction of a fit to all other subsets."""


@dataclass(frozen=True)
class LeaveOneOut:
    """How well each subset is predicted by a fit to all others, with the indicators of the rule."""

    r2: float
    """1 - SSE/SST, SST about the mean of all subsets; the mean as a rule gets 0 at best."""
    spearman: float
    """Rank correlation of the predictions with the observed log losses."""
    r2_of_the_mean: float
    """What the mean of the other subsets gets as a rule."""
    predictions: tuple[Prediction, ...]
    """Each subset."""


@dataclass(frozen=True)
class Diagnostics:
    """The evidence for and against a fitted rule."""

    confidence: float
    """Level of all intervals."""
    r2: float
    """R2 in the sample."""
    intercept: Intercept
    """The constant of the rule."""
    terms: tuple[Term, ...]
    """The coefficients; the same as in `rule.json`."""
    univariate: tuple[UnivariateFit, ...]
    """The regression on each offered indicator alone."""
    normality: tuple[Normality, ...]
    """Tests of the log loss, the residuals and each offered indicator."""
    noise: Noise | None
    """SD between seeds, noise floor, highest reachable R2; None where no subset was tuned on twice."""
    lack_of_fit: FTest | None
    """Whether the rule misses something that noise does not explain; None where the noise is not known."""
    influence: tuple[Influence, ...]
    """How much each subset moves the fit."""
    condition_number: float | None
    """Of the standardised indicators in the rule; None where there is none."""
    leave_one_out: LeaveOneOut
    """Each subset predicted by a fit to all others."""
    choice: Choice
    """The indicators that were chosen, and what the choice looked at."""
    order_p_value: float
    """How often the same choice puts subsets left out in as good an order in noise."""
    held_out: tuple[HeldOut, ...]
    """The rule and its baselines on subsets left out; the same as in `rule.json`."""
    by_source: tuple[SourceLeftOut, ...]
    """The subsets of each source, predicted without them; empty unless every subset is of one source."""
    checks: tuple[Check, ...]
    """What the evidence says, piece by piece; the same as in `rule.json`."""
