"""What `designs.json` holds: sampling designs side by side."""

from dataclasses import dataclass

from instructmining.planning.savings import Saving
from instructmining.quality_rule.across.result import SHOWN, Coefficient, Difference, Equality, Transfer
from instructmining.quality_rule.evidence.noise import Noise
from instructmining.quality_rule.rule import FTest


@dataclass(frozen=True)
class Bend:
    """The F-test of one more column in the fit, which is zero where the log loss is linear."""

    slope: float
    """What the column adds to the log loss per unit: above zero the log loss bends upwards."""
    f: float
    """F, with one degree of freedom in the numerator."""
    denominator_degrees: float
    """Degrees of freedom of the denominator."""
    p_value: float
    """How often F would be as large if the log loss were linear."""

    @property
    def shown(self) -> bool:
        """Whether the log loss is shown to bend."""
        return self.p_value < SHOWN


@dataclass(frozen=True)
class Curvature:
    """Whether the log loss bends, in two directions."""

    prediction: Bend
    """Along the prediction of the rule (RESET: Ramsey 1969)."""
    distance: Bend
    """With the squared distance from the centre of all designs."""


@dataclass(frozen=True)
class SubsetMeans:
    """Where one subset lies."""

    subset: str
    """ID of the subset."""
    log_loss: float
    """Mean log loss over its seeds."""
    indicators: dict[str, float]
    """Its mean of each indicator minus the mean over the subsets of all designs, in SDs over the examples."""


@dataclass(frozen=True)
class DesignMeasures:
    """One design by itself."""

    name: str
    """Name of the design."""
    subsets: int
    """Subsets that were drawn by it."""
    observations: int
    """Fine-tunes on them."""
    residual_sd: float
    """SD about the rule of the log loss of a single fine-tune."""
    noise: Noise | None
    """The noise between seeds; None where it is not known."""
    unit_errors: dict[str, float]
    """Standard error that each coefficient would have if the noise were 1."""
    mean_unit_error: float
    """Their mean."""
    mean_error: float
    """Mean standard error of the coefficients, as found."""
    coefficients: tuple[Coefficient, ...]
    """The coefficients, by indicator."""
    lack_of_fit: FTest | None
    """Whether the subsets lie further from the rule than noise explains; None where the noise is not known."""
    curvature: Curvature
    """Whether the log loss bends."""
    subset_means: tuple[SubsetMeans, ...]
    """Where each subset lies."""


@dataclass(frozen=True)
class DesignComparison:
    """Sampling designs side by side: how certain each makes the coefficients, and where the rule stops being linear."""

    confidence: float
    """Level of all intervals."""
    unit: str
    """The unit of each indicator, in words."""
    units: dict[str, float]
    """How much of each indicator one unit is."""
    left_out: dict[str, str]
    """Indicators that some design does not allow, and why."""
    designs: tuple[DesignMeasures, ...]
    """Each design by itself; the first is the one that the others are compared with."""
    savings: tuple[Saving, ...]
    """What each other design saves over the first."""
    predictions: tuple[Transfer, ...]
    """Every design's rule on the subsets of every design, its own included."""
    equal_coefficients: Equality
    """Whether all designs have the same coefficients."""
    differences: tuple[Difference, ...]
    """Each other design's coefficients minus those of the first."""
