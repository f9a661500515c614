"""Figures of rules side by side: of designs, of models, and of seeds and eval sets of one model."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from instructmining.quality_rule.across.words import FEWEST_DEGREES, SHOWN
from instructmining.report.figures.style import BLUE, GREEN, GREY, ORANGE, VERMILLION, Drawing, new_figure, zero_line

COLOURS = (BLUE, VERMILLION, GREEN, ORANGE, GREY)
MARKERS = "osD^v"
PER_LINE = 3
"""Panels beside each other; further ones stand below."""


def draw_designs(result: dict[str, Any]) -> Drawing:
    """Standard error of each coefficient per unit of noise in each design, beside the coefficients themselves."""
    designs = result["designs"]
    indicators = list(designs[0]["unit_errors"])
    figure = new_figure(8.4, _height(len(indicators), len(designs)))
    errors, values = figure.subplots(1, 2, sharey=True)
    for number, design in enumerate(designs):
        rows = _rows(len(indicators), number, len(designs))
        colour, marker = _look(number)
        label = f"{design['design']} ({design['subsets']} subsets, {design['observations']} fine-tunes)"
        errors.plot(list(design["unit_errors"].values()), rows, marker, color=colour, markersize=5, label=label)
        _intervals(values, design["coefficients"], rows, number)
    errors.set_xlim(left=0)
    errors.set_xlabel("standard error per unit of noise\n← surer        less sure →")
    errors.set_title("what the indicators of the subsets allow")
    values.set_xlabel(f"log loss per {result['unit']}\n← lower loss        higher loss →")
    values.set_title(f"coefficients, {result['confidence']:.0%} intervals; hollow: no effect shown")
    values.locator_params(axis="x", nbins=5)
    zero_line(values)
    _label(errors, indicators)
    figure.legend(*errors.get_legend_handles_labels(), loc="outside lower center", ncols=2, frameon=False)
    figure.suptitle("Sampling designs side by side" + "".join(f"\n{_saving(row, result)}" for row in result["savings"]))
    return Drawing(figure, _designs_table(result))


def _saving(row: dict[str, Any], result: dict[str, Any]) -> str:
    found, level = row["as_found"], f"{result['confidence']:.0%} interval"
    interval = "" if found["low"] is None else f" ({level} {found['low']:.2g} to {found['high']:.2g})"
    return (
        f"{row['instead_of']} has {found['value']:.2g} times the squared standard errors of {row['design']}{interval}"
    )


def _designs_table(result: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"design": design["design"], **row, "unit_error": design["unit_errors"][row["indicator"]]}
            for design in result["designs"]
            for row in design["coefficients"]
        ]
    )


def draw_spread(result: dict[str, Any]) -> Drawing:
    """The means of all subsets of each design, one point each."""
    designs = result["designs"]
    indicators = list(designs[0]["unit_errors"])
    table = pd.DataFrame([{"design": each["design"], **row} for each in designs for row in each["subset_means"]])
    figure = new_figure(6.6, _height(len(indicators), len(designs)))
    axes = figure.subplots()
    for number, design in enumerate(designs):
        means = table.loc[table["design"] == design["design"], indicators].to_numpy()  # (subsets, indicators)
        rows = np.broadcast_to(_rows(len(indicators), number, len(designs)), means.shape)
        colour, marker = _look(number)
        label = f"{design['design']} ({design['subsets']} subsets)"
        axes.plot(means.ravel(), rows.ravel(), marker, color=colour, markersize=4, alpha=0.6, label=label)
    zero_line(axes)
    axes.set_xlabel("mean of a subset, from that of all subsets (SDs over the examples)")
    _label(axes, indicators)
    figure.legend(loc="outside lower center", ncols=2, frameon=False)
    figure.suptitle("How far the subsets of each design spread, one point each")
    return Drawing(figure, table)


def draw_rules(result: dict[str, Any]) -> Drawing:
    """The coefficients of every set of variants: models, and the eval sets and seeds of each."""
    comparisons = result["comparisons"]
    lines = [comparisons[start : start + PER_LINE] for start in range(0, len(comparisons), PER_LINE)]
    heights = [max(map(_panel_height, line)) for line in lines] or [1.0]
    columns = max(1, min(PER_LINE, len(comparisons)))
    figure = new_figure(max(5.2, 3.6 * columns), 1.6 + sum(heights))
    panels = figure.subplots(len(heights), columns, squeeze=False, height_ratios=heights)
    for axes, comparison in zip(panels.flat, comparisons, strict=False):
        _rules_panel(axes, comparison)
        axes.set_xlabel(f"log loss per {result['unit']}\n← lower loss        higher loss →")
    for axes in panels.flat[len(comparisons) :]:
        axes.axis("off")
    if not comparisons:
        panels[0, 0].text(0, 0.5, "\n".join(f"{row['over']}: {row['reason']}" for row in result["skipped"]))
    level = f"{result['confidence']:.0%} intervals; hollow: no effect shown"
    figure.suptitle(f"How far the rule holds: the same fit side by side\n{level}")
    return Drawing(figure, _rules_table(comparisons))


def _rules_panel(axes: Axes, comparison: dict[str, Any]) -> None:
    coefficients = comparison["coefficients"]
    for number, (name, rows) in enumerate(coefficients.items()):
        _intervals(axes, rows, _rows(len(rows), number, len(coefficients)), number)
        colour, marker = _look(number)
        axes.plot([], [], marker, color=colour, markersize=5, label=name)
    zero_line(axes)
    _label(axes, [row["indicator"] for row in rows])
    axes.locator_params(axis="x", nbins=5)
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2, frameon=False, fontsize=8)
    of = f" of {comparison['model']}" if comparison["model"] else ""
    axes.set_title(
        f"{comparison['over']}{of}, {comparison['subsets']} subsets\n{_verdict(comparison['equal_coefficients'])}",
        pad=_pad(comparison),
    )


def _verdict(test: dict[str, Any]) -> str:
    """What the test of equal coefficients says, in a few words."""
    if test["denominator_degrees"] < FEWEST_DEGREES:
        return "too few subsets to tell"
    p_value, correction = (test["holm"], " after Holm") if test.get("tests", 1) > 1 else (test["p_value"], "")
    return f"{'coefficients differ' if p_value < SHOWN else 'no difference shown'} (p = {p_value:.2g}{correction})"


def _pad(comparison: dict[str, Any]) -> float:
    """Points between title and axes: the legend, two names a line, stands there."""
    return 8.0 + 14.0 * -(-len(comparison["variants"]) // 2)


def _panel_height(comparison: dict[str, Any]) -> float:
    rows = next(iter(comparison["coefficients"].values()))
    return _height(len(rows), len(comparison["variants"])) - 1.4 + _pad(comparison) / 72


def _rules_table(comparisons: Sequence[dict[str, Any]]) -> pd.DataFrame:
    rows = [
        {"over": comparison["over"], "model": comparison["model"], "variant": name, **row}
        for comparison in comparisons
        for name, coefficients in comparison["coefficients"].items()
        for row in coefficients
    ]
    return pd.DataFrame(
        rows, columns=["over", "model", "variant", "indicator", "value", "standard_error", "low", "high", "p_value"]
    )


def _height(indicators: int, variants: int) -> float:
    return 0.2 * indicators * max(2, variants) + 2.2


def _rows(indicators: int, number: int, count: int) -> np.ndarray:
    """Where the points of one of several variants lie, about the middle of each indicator's row."""
    return np.arange(indicators) + 0.6 * ((number + 0.5) / count - 0.5)


def _look(number: int) -> tuple[str, str]:
    return COLOURS[number % len(COLOURS)], MARKERS[number // len(COLOURS) % len(MARKERS)]


def _intervals(axes: Axes, coefficients: Sequence[dict[str, Any]], rows: np.ndarray, number: int) -> None:
    """Points with their intervals; hollow where an interval contains zero."""
    colour, marker = _look(number)
    for row, term in zip(rows, coefficients, strict=True):
        fill = colour if term["low"] > 0 or term["high"] < 0 else "white"
        axes.plot([term["low"], term["high"]], [row, row], color=colour, linewidth=1.4)
        axes.plot(term["value"], row, marker, color=colour, markerfacecolor=fill, markersize=5)


def _label(axes: Axes, indicators: Sequence[str]) -> None:
    axes.set_yticks(range(len(indicators)), indicators)
    axes.set_ylim(len(indicators) - 0.4, -0.6)
