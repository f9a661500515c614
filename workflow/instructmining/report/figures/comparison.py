"""The figure of a comparison: the loss of each arm, and its difference from the baseline."""

import pandas as pd
from matplotlib.axes import Axes

from instructmining.comparison.result import ArmResult, ComparisonResult
from instructmining.report.figures.style import BLUE, GREY, Drawing, new_figure, zero_line


def draw_arms(result: ComparisonResult) -> Drawing:
    """Loss per arm beside the difference from the baseline, with seeds as points.

    The interval of a loss is over seeds, that of a difference over seeds and test examples.
    """
    figure = new_figure(8.4, 0.62 * len(result.arms) + 2.0)
    losses, differences = figure.subplots(1, 2, sharey=True)
    for row, arm in enumerate(result.arms):
        _loss(losses, row, arm)
        _difference(differences, row, arm)
    losses.set_yticks(range(len(result.arms)), [_label(arm) for arm in result.arms])
    losses.set_ylim(len(result.arms) - 0.4, -0.6)
    losses.set_xlabel("test loss (nats per token)")
    losses.set_title("loss\n(over seeds)")
    differences.set_title(f"difference from {result.baseline}\n(over seeds and test examples)")
    differences.set_xlabel("nats per token\n← lower loss        higher loss →")
    zero_line(differences)
    for axes in (losses, differences):
        axes.locator_params(axis="x", nbins=6)
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
    difference = arm.difference
    if difference.low is not None and difference.high is not None:
        axes.plot([difference.low, difference.high], [row, row], color=BLUE, linewidth=1.6)
    axes.plot(difference.mean, row, "|", color=BLUE, markersize=14, markeredgewidth=2)
    axes.scatter(difference.values, [row] * len(difference.values), s=20, color=GREY, alpha=0.8, linewidth=0, zorder=3)


def _table(result: ComparisonResult) -> pd.DataFrame:
    return pd.DataFrame([_row(arm) for arm in result.arms])


def _row(arm: ArmResult) -> dict[str, str | float | None]:
    difference = arm.difference
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
        "difference": difference.mean if difference else None,
        "difference_low": difference.low if difference else None,
        "difference_high": difference.high if difference else None,
        "seeds_error": difference.seeds_error if difference else None,
        "examples_error": difference.examples_error if difference else None,
        "p_value": difference.p_value if difference else None,
        "p_adjusted": difference.p_adjusted if difference else None,
    }
