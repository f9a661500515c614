"""The result of a comparison: each arm's loss, its difference from the baseline, and what it shows in words."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from instructmining.files import read_json, write_json


@dataclass(frozen=True)
class Estimate:
    """A mean over seeds with its t interval; the values are in order of seed."""

    mean: float
    sd: float
    low: float
    high: float
    values: tuple[float, ...]


@dataclass(frozen=True)
class Difference:
    """An arm's test loss minus the baseline's, in nats per token, paired by seed."""

    over_seeds: Estimate
    """The primary interval: it covers the noise of training and, for `random`, of the draw."""
    examples_low: float
    """Ends of the bootstrap interval over test examples, which covers their choice."""
    examples_high: float
    both_low: float
    """Ends of the bootstrap interval over seeds and test examples together."""
    both_high: float
    p_value: float | None
    """Of the paired t-test over seeds; None where all seeds differ alike."""
    p_adjusted: float | None
    """The same, corrected for the number of arms (Holm)."""


@dataclass(frozen=True)
class ArmResult:
    """One arm."""

    arm: str
    examples: int
    steps: int
    tokens: float
    """Tokens trained on, mean over seeds."""
    loss: Estimate
    """Nats per token, mean over the eval sets of role `test`."""
    eval_sets: dict[str, Estimate]
    """The same for each eval set, of whatever role."""
    difference: Difference | None
    """None for the baseline itself."""
    verdict: str


@dataclass(frozen=True)
class ComparisonResult:
    """All arms of one pool and base model."""

    model: str
    pool: str
    baseline: str
    match: str
    """What is equal among the arms: examples, steps or tokens."""
    confidence: float
    seeds: tuple[int, ...]
    """Of the baseline; an arm has as many as its loss has values."""
    roles: dict[str, str]
    """The role of each eval set."""
    test_examples: int
    arms: tuple[ArmResult, ...]
    sentence: str
    """The comparison in words, to be quoted."""

    def to_json(self, path: Path) -> None:
        """Write the result."""
        write_json(path, asdict(self))

    @classmethod
    def from_json(cls, path: Path) -> Self:
        """Read a result that `to_json` wrote."""
        values = read_json(path)
        arms = tuple(_arm(arm) for arm in values["arms"])
        return cls(**{**values, "arms": arms, "seeds": tuple(values["seeds"])})


def _estimate(values: dict[str, Any]) -> Estimate:
    return Estimate(**{**values, "values": tuple(values["values"])})


def _difference(values: dict[str, Any] | None) -> Difference | None:
    return Difference(**{**values, "over_seeds": _estimate(values["over_seeds"])}) if values else None


def _arm(values: dict[str, Any]) -> ArmResult:
    parts = {
        "loss": _estimate(values["loss"]),
        "eval_sets": {name: _estimate(estimate) for name, estimate in values["eval_sets"].items()},
        "difference": _difference(values["difference"]),
    }
    return ArmResult(**{**values, **parts})
