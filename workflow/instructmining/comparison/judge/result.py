"""The result of judging: win, tie and lose of each judged arm, and a sentence that a reader can quote."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from instructmining.comparison.result import Estimate
from instructmining.files import write_json


@dataclass(frozen=True)
class Share:
    """A share of pairs, or a rate, with its interval over prompts."""

    value: float
    low: float
    high: float
    prompts: int


@dataclass(frozen=True)
class LengthControlled:
    """The win rate at equal length, or why there is none."""

    win_rate: Share | None
    reason: str | None


@dataclass(frozen=True)
class JudgedArm:
    """One arm against the baseline."""

    arm: str
    baseline: str
    prompts: int
    seeds: int
    pairs: int
    """Prompts times seeds."""
    decided: int
    """Pairs with a verdict: both orders gave one. Shares and rates are of these."""
    identical: int
    """Of these, pairs of equal texts: ties that no judge was asked about."""
    without_verdict: dict[str, int]
    """The other pairs by why they have none."""
    shares: dict[str, Share | None]
    """Of win, tie, lose."""
    win_rate: Share | None
    """Wins plus half of the ties."""
    by_seed: Estimate | None
    """The same per seed, with a t interval over seeds; None where one seed answered."""
    by_set: dict[str, dict[str, int]]
    """Win, tie, lose by set of prompts."""
    orders_agree: Share | None
    """How often the two orders gave the same verdict."""
    first_preferred: Share | None
    """How often the answer shown first was preferred, where one was."""
    length_controlled: LengthControlled
    arm_characters: float
    """Mean length of an answer."""
    baseline_characters: float


@dataclass(frozen=True)
class JudgeResult:
    """All judged arms of one pool and base model."""

    model: str
    pool: str
    judge: str
    """The model that judged, as the config names it."""
    endpoint: str
    replied: list[str]
    """The models that replied, as the endpoint calls them."""
    confidence: float
    prompts: dict[str, Any]
    """Of each set: rows, left out and why, kept."""
    arms: tuple[JudgedArm, ...]

    def to_json(self, path: Path) -> None:
        """Write the result, with a sentence on each arm."""
        values = asdict(self)
        for arm, judged in zip(values["arms"], self.arms, strict=True):
            arm["sentence"] = sentence(judged, self.judge)
        write_json(path, values)


def sentence(arm: JudgedArm, judge: str) -> str:
    """What the judge shows of an arm, and no more."""
    tried = f"{arm.prompts} prompts, {arm.seeds} {'seed' if arm.seeds == 1 else 'seeds'}"
    head = f"{arm.arm} against {arm.baseline}, judged by {judge} ({tried})"
    if arm.win_rate is None:
        return f"{head}: no verdict on any of {arm.pairs} pairs{_missing(arm)}"
    shares = ", ".join(f"{name} {part.value:.0%}" for name, part in arm.shares.items() if part)
    rate = f"win rate {arm.win_rate.value:.1%} [{arm.win_rate.low:.1%}, {arm.win_rate.high:.1%}]"
    return f"{head}: {_finding(arm.win_rate, arm)}; {shares}; {rate}{_controlled(arm)}{_orders(arm)}{_missing(arm)}"


def _finding(rate: Share, arm: JudgedArm) -> str:
    if rate.low <= 0.5 <= rate.high:
        return "no preference shown"
    return f"{arm.arm if rate.low > 0.5 else arm.baseline} is preferred"


def _controlled(arm: JudgedArm) -> str:
    controlled = arm.length_controlled
    if controlled.win_rate is None:
        return f"; not controlled for length ({controlled.reason})"
    rate = controlled.win_rate
    return f"; at equal length {rate.value:.1%} [{rate.low:.1%}, {rate.high:.1%}]"


def _orders(arm: JudgedArm) -> str:
    return f"; the two orders agree on {arm.orders_agree.value:.0%}" if arm.orders_agree else ""


def _missing(arm: JudgedArm) -> str:
    if not arm.without_verdict:
        return ""
    reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(arm.without_verdict.items()))
    return f"; {arm.pairs - arm.decided} of {arm.pairs} pairs have no verdict ({reasons})"
