"""The figure of losses over sizes: the selection beside the baseline, at constant epochs and at constant steps."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import NullFormatter, ScalarFormatter

from instructmining.comparison.curves import Curves, Point
from instructmining.report.figures.style import BLUE, GREY, ORANGE, Drawing, new_figure
from instructmining.training.run import KEPT


def draw_sizes(curves: Curves) -> Drawing:
    """Test loss over the number of examples, with intervals over seeds; one panel for each constant."""
    table = pd.DataFrame([_row(point) for point in curves.points])
    figure = new_figure(8.4, 3.8)
    panels = figure.subplots(1, 2, sharey=True)
    for axes, kept in zip(panels, KEPT, strict=True):
        _panel(axes, table[table["kept"] == kept], kept)
    panels[0].set_ylabel("test loss (nats per token)")
    panels[1].legend(frameon=False)
    figure.suptitle(
        f"Loss over size, {curves.pool}, {curves.model}: {table['seeds'].min()} seeds,"
        f" {curves.confidence:.0%} intervals over seeds (t)"
    )
    return Drawing(figure, table)


def _panel(axes: Axes, rows: pd.DataFrame, kept: str) -> None:
    arms = sorted(rows["arm"].unique(), key=lambda arm: arm != "selected")
    for arm, color, marker, aside in zip(arms, (BLUE, ORANGE), ("o", "s"), (0.97, 1.03), strict=False):
        line = rows[rows["arm"] == arm]
        spread = [line["loss"] - line["low"], line["high"] - line["loss"]]
        # A little to either side, so that intervals do not overlap.
        place = line["examples"] * aside
        axes.errorbar(place, line["loss"], yerr=spread, color=color, marker=marker, capsize=2.5, label=arm)
    axes.set_xscale("log")
    axes.set_xticks(sorted(rows["examples"].unique()))
    axes.xaxis.set_major_formatter(ScalarFormatter())
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xlabel("examples")
    axes.set_title(f"constant {kept}")
    axes.grid(axis="y", color=GREY, alpha=0.2, linewidth=0.6)


def _row(point: Point) -> dict[str, str | float | int]:
    loss = point.loss
    return {
        "arm": point.arm,
        "kept": point.kept,
        "examples": point.examples,
        "steps": point.steps,
        "seeds": len(loss.values),
        "loss": loss.mean,
        "sd": loss.sd,
        "low": loss.low,
        "high": loss.high,
    }
