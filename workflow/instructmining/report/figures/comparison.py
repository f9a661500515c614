"""The figure of a comparison: the loss of each arm, and its difference from the baseline."""

import pandas as pd
from matplotlib.axes import Axes

from instructmining.comparison.result import ArmResult, ComparisonResult
from instructmining.report.figures.style import BLUE, GREEN, GREY, ORANGE, Drawing, new_figure, zero_line

OVER_SEEDS, OVER_EXAMPLES, OVER_BOTH = 0.22, -0.22, 0.0
"""How far the intervals lie below and above the middle of an arm's row."""


def draw_arms(result: ComparisonResult) -> Drawing:
    """Loss per arm, with seeds as points, beside the difference from the baseline."""
    figure = new_figure(8.4, 0.62 * len(result.arms) + 2.0)
    losses, differences = figure.subplots(1, 2, sharey=True)
    for row, arm in enumerate(result.arms):
        _loss(losses, row, arm)
        _difference(differences, row, arm)
    losses.set_yticks(range(len(result.arms)), [_label(arm) for arm in result.arms])
    losses.set_ylim(len(result.arms) - 0.4, -0.6)
    losses.set_xlabel("test loss (nats per token)")
    losses.set_title("loss")
    differences.set_title(f"difference from {result.baseline}")
    differences.set_xlabel("nats per token\n← lower loss        higher loss →")
    zero_line(differences)
    for axes in (losses, differences):
        axes.locator_params(axis="x", nbins=6)
    _legend(differences)
    figure.suptitle(
        f"Arms of {result.pool}, {result.model}, matched by {result.match}: {result.test_examples} test examples,"
        f" {result.confidence:.0%} intervals"
    )
    return Drawing(figure, _table(result))


def _label(arm: ArmResult) -> str:
    return f"{arm.arm}\n{arm.examples:,} examples, {arm.steps:,} steps, {len(arm.loss.values)} seeds"


def _loss(axes: Axes, row: int, arm: ArmResult) -> None:
    axes.plot([arm.loss.low, arm.loss.high], [row, row], color=BLUE, linewidth=1.6)
    axes.plot(arm.loss.mean, row, "|", color=BLUE, markersize=14, markeredgewidth=2)
    axes.scatter(arm.loss.values, [row] * len(arm.loss.values), s=20, color=GREY, alpha=0.8, linewidth=0, zorder=3)


def _difference(axes: Axes, row: int, arm: ArmResult) -> None:
    if arm.difference is None:
        axes.annotate("baseline", (0, row), (6, 0), textcoords="offset points", va="center", color=GREY)
        return
    over, difference = arm.difference.over_seeds, arm.difference
    for offset, marker, color, low, high in (
        (OVER_SEEDS, "o", BLUE, over.low, over.high),
        (OVER_BOTH, "D", GREEN, difference.both_low, difference.both_high),
        (OVER_EXAMPLES, "s", ORANGE, difference.examples_low, difference.examples_high),
    ):
        axes.plot([low, high], [row + offset] * 2, color=color, linewidth=1.6)
        axes.plot(over.mean, row + offset, marker, color=color, markersize=4.5)


def _legend(axes: Axes) -> None:
    """The legend is below the axes, where it hides no interval."""
    handles = [
        *axes.plot([], [], "o-", color=BLUE, markersize=4.5, label="over seeds (t, paired)"),
        *axes.plot([], [], "s-", color=ORANGE, markersize=4.5, label="over test examples (bootstrap)"),
        *axes.plot([], [], "D-", color=GREEN, markersize=4.5, label="over both (bootstrap)"),
    ]
    axes.figure.legend(handles=handles, loc="outside lower center", ncols=3, frameon=False)


def _table(result: ComparisonResult) -> pd.DataFrame:
    return pd.DataFrame([_row(arm) for arm in result.arms])


def _row(arm: ArmResult) -> dict[str, str | float | None]:
    over = arm.difference.over_seeds if arm.difference else None
    return {
        "arm": arm.arm,
        "seeds": len(arm.loss.values),
        "examples": arm.examples,
        "steps": arm.steps,
        "tokens": arm.tokens,
        "loss": arm.loss.mean,
        "loss_sd": arm.loss.sd,
        "loss_low": arm.loss.low,
        "loss_high": arm.loss.high,
        "difference": over.mean if over else None,
        "seeds_low": over.low if over else None,
        "seeds_high": over.high if over else None,
        "examples_low": arm.difference.examples_low if arm.difference else None,
        "examples_high": arm.difference.examples_high if arm.difference else None,
        "both_low": arm.difference.both_low if arm.difference else None,
        "both_high": arm.difference.both_high if arm.difference else None,
        "p_value": arm.difference.p_value if arm.difference else None,
        "p_adjusted": arm.difference.p_adjusted if arm.difference else None,
    }
