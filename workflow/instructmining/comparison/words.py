"""What a comparison shows, in words, and no more than that."""

from collections.abc import Sequence
from dataclasses import replace

from instructmining.comparison.result import ArmResult, ComparisonResult, Difference
from instructmining.comparison.settings import Match


def with_words(result: ComparisonResult) -> ComparisonResult:
    """The result with the verdict on each arm and the sentence."""
    baseline = next(arm for arm in result.arms if arm.arm == result.baseline)
    arms = tuple(
        replace(arm, verdict=verdict(arm, baseline, result.match, 1 - result.confidence)) for arm in result.arms
    )
    return replace(result, arms=arms, sentence=sentence(result))


def verdict(arm: ArmResult, baseline: ArmResult, match: Match, level: float) -> str:
    """What the comparison shows about an arm, at a significance level such as 0.05."""
    if arm.difference is None:
        return f"{arm.arm}: the baseline"
    return f"{arm.arm}: {_finding(arm.difference, baseline.arm, level)}{_caveat(arm, baseline, match)}"


def shown(difference: Difference, level: float) -> bool:
    """Whether the arm differs from the baseline beyond the noise of seeds, corrected for the number of arms."""
    return difference.p_adjusted is not None and difference.p_adjusted < level


def _finding(difference: Difference, baseline: str, level: float) -> str:
    over = difference.over_seeds
    if difference.p_value is None:
        return (
            f"differs from {baseline} by {over.mean:+.3g} for every seed, so there is no interval"
            f" ({len(over.values)} seeds)"
        )
    seeds = f"({len(over.values)} seeds, p = {difference.p_adjusted:.2g})"
    if not shown(difference, level):
        return f"no difference from {baseline} shown: {over.mean:+.3f} [{over.low:+.3f}, {over.high:+.3f}] {seeds}"
    ends = sorted((abs(over.low), abs(over.high)))
    found = f"{_direction(difference)} loss than {baseline} by {abs(over.mean):.3f}"
    return f"{found} [{ends[0]:.3f}, {ends[1]:.3f}] {seeds}{_other_examples(difference)}"


def _direction(difference: Difference) -> str:
    return "lower" if difference.over_seeds.mean < 0 else "higher"


def _other_examples(difference: Difference) -> str:
    """A warning where the finding may be due to the choice of test examples."""
    low, high = difference.examples_low, difference.examples_high
    if low <= 0 <= high:
        return f"; it may not hold for other test examples: the bootstrap over them gives [{low:+.3f}, {high:+.3f}]"
    return ""


def _caveat(arm: ArmResult, baseline: ArmResult, match: Match) -> str:
    """A warning where more than the choice of examples differs."""
    if match == "tokens":
        equal = abs(arm.tokens - baseline.tokens) < 0.05 * baseline.tokens
        return "" if equal else f"; {arm.tokens:,.0f} tokens against {baseline.tokens:,.0f}"
    if arm.steps == baseline.steps and (match == "steps" or arm.examples == baseline.examples):
        return ""
    return (
        f"; {arm.steps} steps on {arm.examples} examples against {baseline.steps} on {baseline.examples},"
        " so the effects of the examples and of the amount of training cannot be separated"
    )


def sentence(result: ComparisonResult) -> str:
    """The finding on `selected`, or else on the first arm, with what it was measured on."""
    others = [arm for arm in result.arms if arm.difference]
    arm = next((arm for arm in others if arm.arm == "selected"), others[0])
    opening = (
        f"On {result.test_examples} test examples, {result.model} tuned on {_tuned_on(arm, result.pool)}"
        f" ({arm.examples:,} examples, {arm.steps:,} steps, {len(arm.loss.values)} seeds) has a loss of"
        f" {arm.loss.mean:.3f} nats per token"
    )
    return f"{opening}, {_against(arm, result, len(others))} {_arms_with_lower_loss(arm, result.arms)}"


def _tuned_on(arm: ArmResult, pool: str) -> str:
    return f"the selection from {pool}" if arm.arm == "selected" else f"the arm {arm.arm} of {pool}"


def _against(arm: ArmResult, result: ComparisonResult, tests: int) -> str:
    difference = arm.difference
    if difference is None or difference.p_adjusted is None:
        return f"which cannot be tested against {result.baseline}, as every seed gave the same difference."
    over, found = difference.over_seeds, shown(difference, 1 - result.confidence)
    interval = f"{result.confidence:.0%} interval {over.low:+.3f} to {over.high:+.3f}"
    correction = (
        f"p = {difference.p_adjusted:.2g} after Holm's correction over {tests} {'arm' if tests == 1 else 'arms'}"
    )
    if found:
        text = f"{abs(over.mean):.3f} {_direction(difference)} than on {result.baseline}"
    else:
        text = f"which is not shown to differ from the loss on {result.baseline}: {over.mean:+.3f}"
    return f"{text} ({interval}; {correction}; arms matched by {result.match})."


def _arms_with_lower_loss(arm: ArmResult, arms: Sequence[ArmResult]) -> str:
    lower = [f"{other.arm} ({other.loss.mean:.3f})" for other in arms if other.loss.mean < arm.loss.mean]
    return f"Arms with a lower mean loss: {', '.join(lower)}." if lower else "No other arm has a lower mean loss."
