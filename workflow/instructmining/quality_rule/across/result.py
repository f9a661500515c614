"""What `across_models.json` holds: rules of several models, eval sets and seeds side by side."""

from dataclasses import dataclass

from instructmining.quality_rule.rule import FEWEST_DEGREES

SHOWN = 0.05
"""A p-value below it is said to show something."""


@dataclass(frozen=True)
class Coefficient:
    """A coefficient of one variant, or the difference between those of two, in a unit that all variants share."""

    indicator: str
    """Name of the indicator."""
    value: float
    """Change of the log loss per unit of the indicator."""
    standard_error: float
    """Standard error of the value."""
    low: float
    """Lower end of its interval."""
    high: float
    """Upper end of it."""
    p_value: float
    """How often a value as far from zero would be found if the true one were zero."""


@dataclass(frozen=True)
class Equality:
    """A test of whether all variants have the same coefficients; their intercepts may differ."""

    test: str
    """Name of the test."""
    f: float
    """F."""
    numerator_degrees: float
    """Degrees of freedom of the numerator."""
    denominator_degrees: float
    """Degrees of freedom of the denominator."""
    p_value: float
    """How often F would be as large if the coefficients were the same."""
    holm: float | None = None
    """The p-value after Holm's correction (1979) over all tests of the file; None where it was not corrected."""
    tests: int = 1
    """How many tests were corrected together."""

    @property
    def conclusive(self) -> bool:
        """Whether there are enough subsets to say anything."""
        return self.denominator_degrees >= FEWEST_DEGREES

    @property
    def corrected(self) -> float:
        """The p-value to judge by."""
        return self.p_value if self.holm is None else self.holm

    @property
    def shows_difference(self) -> bool:
        """Whether the coefficients are shown to differ."""
        return self.conclusive and self.corrected < SHOWN


@dataclass(frozen=True)
class Difference:
    """The coefficients of one variant minus those of another."""

    a: str
    """Name of the one variant."""
    b: str
    """Name of the variant that is subtracted."""
    coefficients: tuple[Coefficient, ...]
    """The differences, by indicator."""


@dataclass(frozen=True)
class RuleAgreement:
    """How far two rules put the same things in the same order."""

    a: str
    """Name of the one variant."""
    b: str
    """Name of the other."""
    subsets: float
    """Spearman's rho of the two predictions for the subsets."""
    low: float
    """Lower end of its interval, with the errors of the coefficients of both rules."""
    high: float
    """Upper end of it."""
    examples: float
    """Spearman's rho of the two predictions for the examples of the candidates."""
    best: float
    """Of the tenth of the examples that one rule ranks first, the share that the other does too; chance is a tenth."""


@dataclass(frozen=True)
class Transfer:
    """A rule fitted to one variant, tested on another."""

    fitted_on: str
    """Name of the variant that it was fitted to."""
    tested_on: str
    """Name of the variant that it predicts."""
    held_out: bool
    """Whether each subset was predicted without itself, as both variants have the same subsets."""
    spearman: float
    """Rank correlation of the predictions with the observed log losses."""
    spearman_low: float
    """Lower end of its interval."""
    spearman_high: float
    """Upper end of it."""
    error: float
    """Root mean square of observed minus predicted log loss; unlike R2 not larger where the subsets differ more."""
    r2: float
    """1 - SSE/SST, SST about the mean of the tested variant."""
    r2_low: float
    """Lower end of its interval."""
    r2_high: float
    """Upper end of it."""
    recentred_r2: float
    """The same after both sides have lost their means: whether the differences between subsets are predicted."""


@dataclass(frozen=True)
class VariantComparison:
    """One set of variants side by side."""

    over: str
    """What they differ in: `models`, `eval sets` or `seeds`."""
    model: str
    """The base model that all of them share; empty for models."""
    variants: tuple[str, ...]
    """Names of the variants."""
    subsets: int
    """Subsets that each was fitted to."""
    left_out: dict[str, str]
    """Indicators that some variant does not allow, and why."""
    coefficients: dict[str, tuple[Coefficient, ...]]
    """The coefficients of each variant."""
    equal_coefficients: Equality
    """Whether the variants have the same coefficients."""
    differences: tuple[Difference, ...]
    """Every two variants."""
    agreement: tuple[RuleAgreement, ...]
    """Every two variants."""
    transfers: tuple[Transfer, ...]
    """Every variant's rule on every variant, itself included."""


@dataclass(frozen=True)
class Skipped:
    """A set of variants that cannot be compared."""

    over: str
    """What they differ in: `models`, `eval sets` or `seeds`."""
    model: str
    """The base model that all of them share; empty for models."""
    reason: str
    """Why they cannot be compared."""


@dataclass(frozen=True)
class AcrossModels:
    """How far the rule holds: the same fit to each model, eval set and seed."""

    models: tuple[str, ...]
    """The base models."""
    confidence: float
    """Level of all intervals."""
    unit: str
    """The unit of each indicator, in words."""
    comparisons: tuple[VariantComparison, ...]
    """Models, and within each model its eval sets and its seeds."""
    skipped: tuple[Skipped, ...]
    """What could not be compared."""
