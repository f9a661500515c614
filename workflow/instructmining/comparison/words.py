"""What a comparison shows, in words, and no more than that.

`outcome` alone decides what is shown of an arm; the verdict on the arm and the sentence on the comparison only word it.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from instructmining.comparison.result import ArmResult, ComparisonResult, Difference

Outcome = Literal["untested", "not shown", "lower", "higher"]
ALIKE = 0.05
"""Steps, tokens and examples of two arms that differ by a smaller share count as equal."""


def with_words(result: ComparisonResult) -> ComparisonResult:
    """The result with the verdict on each arm and the sentence."""
    return replace(
        result, arms=tuple(replace(arm, verdict=verdict(arm, result)) for arm in result.arms), sentence=sentence(result)
    )


def outcome(mean: float, p_adjusted: float | None, level: float) -> Outcome:
    """What is shown of a difference from the baseline, at a significance level such as 0.05, corrected for all arms."""
    if p_adjusted is None:
        return "untested"
    if p_adjusted >= level:
        return "not shown"
    return "lower" if mean < 0 else "higher"


def verdict(arm: ArmResult, result: ComparisonResult) -> str:
    """What the comparison shows about an arm."""
    if arm.difference is None:
        return f"{arm.arm}: the baseline"
    return f"{arm.arm}: {_finding(arm, arm.difference, result)}{_caveat(arm, result)}"


def _finding(arm: ArmResult, difference: Difference, result: ComparisonResult) -> str:
    baseline, seeds = result.baseline, _seeds(arm, difference, result)
    shown = outcome(difference.mean, difference.p_adjusted, 1 - result.confidence)
    if shown == "untested":
        return (
            f"cannot be told from {baseline}: {difference.mean:+.3g} for every seed, so there is no interval ({seeds})"
        )
    seeds += f", p = {difference.p_adjusted:.2g}"
    if shown == "not shown":
        return f"no difference from {baseline} shown: {_signed(difference)} ({seeds})"
    mean, low, high = _sizes(difference)
    return f"{shown} loss than {baseline} by {mean} [{low}, {high}] ({seeds})"


def _seeds(arm: ArmResult, difference: Difference, result: ComparisonResult) -> str:
    """The number of seeds, and whether there are others that only one of the two arms has."""
    paired = len(difference.values)
    unequal = {paired} != {len(arm.loss.values), len(result.seeds)}
    return f"{paired} seeds{' that both have' if unequal else ''}"


def _signed(difference: Difference) -> str:
    return f"{difference.mean:+.3f} [{difference.low:+.3f}, {difference.high:+.3f}]"


def _sizes(difference: Difference) -> list[str]:
    """A shown difference and the ends of its interval, without their sign, with a digit that is not zero in each."""
    low, high = sorted(abs(end) for end in (difference.low, difference.high) if end is not None)
    decimals = max(3, math.ceil(-math.log10(max(low, 1e-6))))
    return [f"{value:.{decimals}f}" for value in (abs(difference.mean), low, high)]


def _caveat(arm: ArmResult, result: ComparisonResult) -> str:
    """A warning where more than the choice of examples differs."""
    if arm.steps == 0:
        return "; it is the base model, which was not tuned"
    baseline = _baseline(result)
    amounts = {
        "steps": (arm.steps, baseline.steps),
        **({"examples": (arm.examples, baseline.examples)} if result.match == "examples" else {}),
        "tokens": (arm.tokens, baseline.tokens),
    }
    unequal = [
        f"{ours:,.0f} {name} against {theirs:,.0f}"
        for name, (ours, theirs) in amounts.items()
        if abs(ours - theirs) > ALIKE * max(ours, theirs)
    ]
    if not unequal:
        return ""
    return f"; {', '.join(unequal)}: the effects of the choice and of the amount of training cannot be separated"


def _baseline(result: ComparisonResult) -> ArmResult:
    return next(arm for arm in result.arms if arm.arm == result.baseline)


def sentence(result: ComparisonResult) -> str:
    """The finding on `selected`, or else on the first arm, with what it was measured on."""
    others = [(arm, arm.difference) for arm in result.arms if arm.difference]
    arm, difference = next((pair for pair in others if pair[0].arm == "selected"), others[0])
    opening = (
        f"On {result.test_examples} test examples, {result.model} tuned on {_tuned_on(arm, result.pool)}"
        f" ({arm.examples:,} examples, {arm.steps:,} steps, {len(arm.loss.values)} seeds) has a loss of"
        f" {arm.loss.mean:.3f} nats per token"
    )
    against = _against(arm, difference, result)
    return f"{opening}, {against}{_caveat(arm, result)}. {_arms_with_lower_loss(arm, result.arms)}"


def _tuned_on(arm: ArmResult, pool: str) -> str:
    return f"the selection from {pool}" if arm.arm == "selected" else f"the arm {arm.arm} of {pool}"


def _against(arm: ArmResult, difference: Difference, result: ComparisonResult) -> str:
    shown = outcome(difference.mean, difference.p_adjusted, 1 - result.confidence)
    if shown == "untested":
        return f"which cannot be told from the loss on {result.baseline}, as every seed gave the same difference"
    tests = sum(each.difference is not None and each.difference.p_adjusted is not None for each in result.arms)
    correction = (
        f"p = {difference.p_adjusted:.2g} after Holm's correction over {tests} {'arm' if tests == 1 else 'arms'}"
    )
    if shown == "not shown":
        text = f"which is not shown to differ from the loss on {result.baseline}: {difference.mean:+.3f}"
        interval = f"{difference.low:+.3f} to {difference.high:+.3f}"
    else:
        mean, low, high = _sizes(difference)
        text, interval = f"{mean} {shown} than on {result.baseline}", f"{low} to {high}"
    return (
        f"{text} ({_seeds(arm, difference, result)}; {result.confidence:.0%} interval {interval} over seeds and test"
        f" examples; {correction}; arms matched by {result.match})"
    )


def _arms_with_lower_loss(arm: ArmResult, arms: Sequence[ArmResult]) -> str:
    """Arms are compared over the seeds that both have; where these are not all, that is said."""
    unequal = len({len(each.loss.values) for each in arms}) > 1
    where = "Over the seeds that both have, " if unequal else ""
    lower = [text for other in arms if (text := _lower(other, arm))]
    text = f"arms with a lower mean loss: {', '.join(lower)}." if lower else "no other arm has a lower mean loss."
    return where + text if where else text[0].upper() + text[1:]


def _lower(other: ArmResult, arm: ArmResult) -> str | None:
    """The arm with its mean loss over the common seeds, where it is lower; runs are in order of seed, from 0 on."""
    pairs = list(zip(other.loss.values, arm.loss.values, strict=False))
    theirs, ours = (sum(losses) / len(pairs) for losses in zip(*pairs, strict=True))
    if theirs >= ours:
        return None
    unequal = len(other.loss.values) != len(arm.loss.values)
    return f"{other.arm} ({theirs:.3f}{f' against {ours:.3f}, {len(pairs)} seeds' if unequal else ''})"
