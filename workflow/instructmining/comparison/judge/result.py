"""The result of judging: win, tie and lose of each judged arm, and a sentence ready to be quoted."""

from dataclasses import dataclass, replace

from instructmining.comparison.result import Estimate


@dataclass(frozen=True)
class Share:
    """A share of pairs, or a rate, with its interval over prompts."""

    value: float
    """From 0 to 1."""
    low: float
    """Lower end of the interval."""
    high: float
    """Upper end of the interval."""
    prompts: int
    """Prompts that it is a mean over."""


@dataclass(frozen=True)
class LengthControlled:
    """The win rate at equal length, or why there is none."""

    win_rate: Share | None
    """The win rate that answers of equal length would have."""
    reason: str | None
    """Why there is none."""


@dataclass(frozen=True)
class JudgedArm:
    """One arm against the baseline."""

    arm: str
    """The arm."""
    baseline: str
    """The arm that it is compared with."""
    prompts: int
    """Prompts answered."""
    seeds: int
    """Fine-tunes of each arm that answered."""
    pairs: int
    """Prompts times seeds."""
    decided: int
    """Pairs with a verdict, as both orders gave one. Shares and rates are of these."""
    identical: int
    """Of these, pairs of equal texts: ties that no judge was asked about."""
    without_verdict: dict[str, int]
    """The other pairs, by the reason why they have no verdict."""
    shares: dict[str, Share | None]
    """Of win, tie, lose."""
    win_rate: Share | None
    """Wins plus half of the ties."""
    by_seed: Estimate | None
    """The win rate of each seed, with a t interval over seeds; None where only one seed answered."""
    by_set: dict[str, dict[str, int]]
    """Win, tie, lose by set of prompts."""
    orders_agree: Share | None
    """How often the two orders gave the same verdict."""
    first_preferred: Share | None
    """How often the answer shown first was preferred, among verdicts that prefer one."""
    length_controlled: LengthControlled
    """The win rate at equal length."""
    arm_characters: float
    """Mean length of the arm's answers."""
    baseline_characters: float
    """Mean length of the baseline's answers."""
    sentence: str
    """What the judge shows, in words."""


@dataclass(frozen=True)
class PromptCounts:
    """What became of the prompts of one set."""

    rows: int
    """Prompts read."""
    left_out: dict[str, int]
    """Prompts that were left out, by reason."""
    kept: int
    """Prompts to answer."""


@dataclass(frozen=True)
class PromptsReport:
    """What became of all prompts."""

    max_overlap: float
    """Prompts were left out from this overlap with an example on."""
    sets: dict[str, PromptCounts]
    """Each set of prompts."""


@dataclass(frozen=True)
class JudgeResult:
    """All judged arms of one pool and base model."""

    model: str
    """The base model, as named in the config."""
    pool: str
    """The pool that the arms are chosen from."""
    judge: str
    """The model that judged, as the config names it."""
    endpoint: str
    """Where it was asked."""
    replied: tuple[str, ...]
    """The models that replied, as the endpoint calls them."""
    confidence: float
    """Confidence level of the intervals, for all arms together: each is at 1 - (1 - confidence) / arms (Bonferroni)."""
    prompts: dict[str, PromptCounts]
    """Each set of prompts."""
    arms: tuple[JudgedArm, ...]
    """Each judged arm, in the order of the config."""


FEWEST_PROMPTS = 10
"""A preference on fewer prompts is not claimed, nor is a regression made."""
FEWEST_DECIDED = 0.8
"""Nor is one where a smaller share of the pairs has a verdict: those without one might say otherwise."""


def with_sentences(result: JudgeResult) -> JudgeResult:
    """The result with a sentence on each arm."""
    return replace(result, arms=tuple(replace(arm, sentence=sentence(arm, result.judge)) for arm in result.arms))


def sentence(arm: JudgedArm, judge: str) -> str:
    """What the judge shows about an arm, and no more."""
    tried = f"{arm.prompts} prompts, {arm.seeds} {'seed' if arm.seeds == 1 else 'seeds'}"
    head = f"{arm.arm} against {arm.baseline}, judged by {judge} ({tried})"
    if arm.win_rate is None:
        return f"{head}: no verdict on any of {arm.pairs} pairs{_missing(arm)}"
    shares = ", ".join(f"{name} {part.value:.0%}" for name, part in arm.shares.items() if part)
    rates = f"win rate {_rate(arm.win_rate)}{_controlled(arm)}"
    return f"{head}: {_finding(arm.win_rate, arm)}; {shares}; {rates}{_orders(arm)}{_missing(arm)}"


def preferred(rate: Share | None, arm: JudgedArm) -> str | None:
    """The arm that a win rate shows to be preferred; None where it shows none."""
    if rate is None or rate.low <= 0.5 <= rate.high:
        return None
    return arm.arm if rate.low > 0.5 else arm.baseline


def _finding(rate: Share, arm: JudgedArm) -> str:
    """What both win rates say, that of all answers and that of answers of equal length."""
    if arm.decided < FEWEST_DECIDED * arm.pairs:
        return f"no preference can be told, as {arm.decided} of {arm.pairs} pairs have a verdict"
    if rate.prompts < FEWEST_PROMPTS:
        return f"no preference can be told from {rate.prompts} prompts"
    plain, controlled = preferred(rate, arm), preferred(arm.length_controlled.win_rate, arm)
    first = f"{plain} is preferred" if plain else "no preference shown"
    return f"{first}{_at_equal_length(plain, controlled, arm)}{_over_seeds(plain, arm)}"


def _at_equal_length(plain: str | None, controlled: str | None, arm: JudgedArm) -> str:
    """How the win rate at equal length agrees."""
    if arm.length_controlled.win_rate is None or plain is controlled is None:
        return ""
    if plain == controlled:
        return ", also at equal length"
    if controlled is None:
        return ", but not shown to be at equal length"
    return f", but {controlled} is at equal length" if plain else f", but {controlled} is preferred at equal length"


def _over_seeds(plain: str | None, arm: JudgedArm) -> str:
    """A warning where other fine-tunes might be judged otherwise, as the intervals are over prompts."""
    if plain is None:
        return ""
    if arm.by_seed is None:
        return " (of these two fine-tunes: only one seed answered)"
    low, high = arm.by_seed.low, arm.by_seed.high
    return f" (not shown over seeds: [{low:.1%}, {high:.1%}])" if low <= 0.5 <= high else ""


def _rate(rate: Share) -> str:
    return f"{rate.value:.1%} [{rate.low:.1%}, {rate.high:.1%}]"


def _controlled(arm: JudgedArm) -> str:
    controlled = arm.length_controlled
    if controlled.win_rate is None:
        return f"; not controlled for length ({controlled.reason})"
    return f"; at equal length {_rate(controlled.win_rate)}"


def _orders(arm: JudgedArm) -> str:
    return f"; the two orders agree on {arm.orders_agree.value:.0%}" if arm.orders_agree else ""


def _missing(arm: JudgedArm) -> str:
    if not arm.without_verdict:
        return ""
    reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(arm.without_verdict.items()))
    return f"; {arm.pairs - arm.decided} of {arm.pairs} pairs have no verdict ({reasons})"
