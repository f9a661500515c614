"""Figures of the evidence about a rule: the residuals of its fit, and its predictions beside its baselines."""

from dataclasses import asdict, fields
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from instructmining.quality_rule.evidence.checks import influence_limit
from instructmining.quality_rule.evidence.noise import Noise
from instructmining.quality_rule.evidence.result import Diagnostics
from instructmining.quality_rule.rule import FTest, HeldOut
from instructmining.report.figures.style import BLUE, GREY, VERMILLION, Drawing, new_figure, zero_line

DASHED = (0, (4, 3))


def draw_residuals(diagnostics: Diagnostics) -> Drawing:
    """Residuals over the fitted log loss, against the normal distribution, and Cook's distances."""
    fitted = pd.DataFrame([(row.subset, row.fitted) for row in diagnostics.leave_one_out.predictions])
    influences = pd.DataFrame(map(asdict, diagnostics.influence))
    table = fitted.set_axis(["subset", "fitted"], axis=1).merge(influences, on="subset", validate="one_to_one")
    figure = new_figure(8.4, 3.2)
    over_fitted, normal, influence = figure.subplots(1, 3)
    over_fitted.axhline(0, color=GREY, linewidth=0.8, linestyle=DASHED, zorder=0)
    _points(over_fitted, table["fitted"], table["residual"])
    over_fitted.set(xlabel="fitted log loss (log of nats per token)", ylabel="residual (SDs)", title="against the fit")
    over_fitted.locator_params(nbins=5)
    normal.axline((0, 0), slope=1, color=GREY, linewidth=0.8, linestyle=DASHED, zorder=0)
    _points(normal, table["normal_quantile"], table["residual"])
    normal.set(xlabel="normal quantile (SDs)", ylabel="residual (SDs)", title="against the normal (Q-Q)")
    _distances(influence, table, influence_limit(len(table), len(diagnostics.terms) + 1))
    figure.suptitle(f"Residuals of the quality rule over {len(table)} subsets, one point each")
    return Drawing(figure, table)


def _points(axes: Axes, x: pd.Series, y: pd.Series) -> None:
    axes.scatter(x, y, s=16, color=BLUE, alpha=0.8, linewidth=0)


def _distances(axes: Axes, table: pd.DataFrame, limit: float) -> None:
    """Cook's distance of every subset; those beyond the limit are named."""
    distances = table["cooks_distance"]
    axes.vlines(range(len(table)), 0, distances, color=BLUE, linewidth=1.4)
    axes.axhline(limit, color=VERMILLION, linewidth=0.8, linestyle=DASHED)
    axes.set(xlabel="subset", ylabel="Cook's distance", title=f"influence; dashed: limit {limit:.2f}")
    axes.set_ylim(0, 1.15 * max(limit, distances.max()))
    axes.locator_params(axis="x", integer=True, nbins=5)
    for position in distances.index[distances > limit]:
        axes.annotate(table["subset"][position], (position, distances[position]), ha="center", va="bottom", fontsize=7)


def draw_held_out(diagnostics: Diagnostics) -> Drawing:
    """R2 of the rule and its baselines on subsets left out, and what the rule gains over each."""
    table = pd.DataFrame(map(_held_out_row, diagnostics.held_out))
    figure = new_figure(8.4, 0.4 * len(table) + 1.9)
    left, right = figure.subplots(1, 2, sharey=True, width_ratios=[1.2, 1])
    _scores(left, table, diagnostics.noise)
    figure.legend(loc="outside lower center", ncols=3, frameon=False)
    _gains(right, table, diagnostics.confidence)
    left.set_yticks(range(len(table)), table["name"])
    left.set_ylim(len(table) - 0.5, -0.5)
    subsets = len(diagnostics.leave_one_out.predictions)
    figure.suptitle(f"Log loss of {subsets} subsets, predicted by fits that have not seen them")
    return Drawing(figure, table)


def _held_out_row(row: HeldOut) -> dict[str, Any]:
    """A row of the table with its F-test in columns of its own; NaN where there is none."""
    test = asdict(row.added) if row.added else dict.fromkeys((field.name for field in fields(FTest)), np.nan)
    gain = row.gain if row.baseline else np.nan
    values = asdict(row) | {"indicators": " ".join(row.indicators), "gain": gain}
    del values["added"]
    return values | {f"added_{name}": value for name, value in test.items()}


def _scores(axes: Axes, table: pd.DataFrame, noise: Noise | None) -> None:
    zero_line(axes)
    axes.errorbar(table["r2"], table.index, xerr=table["r2_sd"], fmt="o", color=BLUE, label="in folds, SD of repeats")
    if noise:
        label = "highest reachable"
        axes.axvline(noise.reachable_r2, color=VERMILLION, linewidth=1, linestyle=DASHED, label=label)
    axes.set(xlabel="held-out R² (0: as good as the mean)")


def _gains(axes: Axes, table: pd.DataFrame, confidence: float) -> None:
    """Hollow where the indicators are not shown to add to the baseline."""
    zero_line(axes)
    for row, values in enumerate(table.to_dict("records")):
        if not np.isnan(values["gain"]):
            shown = values["added_p_value"] < 1 - confidence
            axes.plot(values["gain"], row, "o", color=BLUE, markerfacecolor=BLUE if shown else "white", markersize=6)
    axes.set(xlabel="R² of the rule minus this one", title=f"filled: indicators add to it (p < {1 - confidence:.2g})")
