"""The result of a comparison: each arm's loss, its difference from the baseline, and a verdict in words."""

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
    confidence: float
    seeds: tuple[int, ...]
    roles: dict[str, str]
    """The role of each eval set."""
    test_examples: int
    arms: tuple[ArmResult, ...]

    def to_json(self, path: Path) -> None:
        """Write the result."""
        write_json(path, asdict(self))

    @classmethod
    def from_json(cls, path: Path) -> Self:
        """Read a result that `to_json` wrote."""
        values = read_json(path)
        arms = tuple(_arm(arm) for arm in values["arms"])
        return cls(**{**values, "arms": arms, "seeds": tuple(values["seeds"])})


def verdict(arm: ArmResult, baseline: ArmResult) -> str:
    """What the comparison shows of an arm, and no more."""
    if arm.difference is None:
        return f"{arm.arm}: the baseline"
    return f"{arm.arm}: {_finding(arm.difference, baseline.arm)}{_caveat(arm, baseline)}"


def _finding(difference: Difference, baseline: str) -> str:
    over = difference.over_seeds
    seeds = f"({len(over.values)} seeds)"
    if over.sd == 0:
        return (
            f"differs from {baseline} by {over.mean:+.3g} in each of the seeds alike, so there is no interval {seeds}"
        )
    if over.low <= 0 <= over.high:
        return f"no difference from {baseline} shown: {over.mean:+.3f} [{over.low:+.3f}, {over.high:+.3f}] {seeds}"
    lower = over.high < 0
    ends = sorted((abs(over.low), abs(over.high)))
    found = f"{'lower' if lower else 'higher'} loss than {baseline} by {abs(over.mean):.3f}"
    return f"{found} [{ends[0]:.3f}, {ends[1]:.3f}] {seeds}{_other_examples(difference)}"


def _other_examples(difference: Difference) -> str:
    """A warning where the finding may be due to the test examples at hand."""
    low, high = difference.examples_low, difference.examples_high
    if low <= 0 <= high:
        return f"; it may not hold for other test examples: bootstrap over them gives [{low:+.3f}, {high:+.3f}]"
    return ""


def _caveat(arm: ArmResult, baseline: ArmResult) -> str:
    if (arm.steps, arm.examples) == (baseline.steps, baseline.examples):
        return ""
    return (
        f"; {arm.steps} steps on {arm.examples} examples against {baseline.steps} on {baseline.examples},"
        " so which examples and how much training are not told apart"
    )


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
