"""Figures of rules side by side: of designs, of models, and of seeds and eval sets of one model."""

from collections.abc import Sequence
from dataclasses import asdict

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from instructmining.planning.result import DesignComparison
from instructmining.planning.savings import Saving
from instructmining.quality_rule.across.result import AcrossModels, Coefficient, Equality, VariantComparison
from instructmining.report.figures.style import BLUE, GREEN, GREY, ORANGE, VERMILLION, Drawing, new_figure, zero_line

COLOURS = (BLUE, VERMILLION, GREEN, ORANGE, GREY)
MARKERS = "osD^v"
PER_LINE = 3
"""Panels beside each other; further ones follow below."""


def draw_designs(result: DesignComparison) -> Drawing:
    """Standard error of each coefficient per unit of noise in each design, beside the coefficients themselves."""
    designs = result.designs
    indicators = list(designs[0].unit_errors)
    figure = new_figure(8.4, _height(len(indicators), len(designs)))
    errors, values = figure.subplots(1, 2, sharey=True)
    for number, design in enumerate(designs):
        rows = _rows(len(indicators), number, len(designs))
        colour, marker = _look(number)
        label = f"{design.name} ({design.subsets} subsets, {design.observations} fine-tunes)"
        errors.plot(list(design.unit_errors.values()), rows, marker, color=colour, markersize=5, label=label)
        _intervals(values, design.coefficients, rows, number)
    errors.set_xlim(left=0)
    errors.set_xlabel("standard error per unit of noise\n← more certain        less certain →")
    errors.set_title("what the indicators of the subsets allow")
    values.set_xlabel(f"log loss per {result.unit}\n← lower loss        higher loss →")
    values.set_title(f"coefficients, {result.confidence:.0%} intervals; hollow: no effect shown")
    values.locator_params(axis="x", nbins=5)
    zero_line(values)
    _label(errors, indicators)
    figure.legend(*errors.get_legend_handles_labels(), loc="outside lower center", ncols=2, frameon=False)
    figure.suptitle("Sampling designs side by side" + "".join(f"\n{_saving(row, result)}" for row in result.savings))
    return Drawing(figure, _designs_table(result))


def _saving(row: Saving, result: DesignComparison) -> str:
    found, level = row.as_found, f"{result.confidence:.0%} interval"
    interval = "" if found.low is None else f" ({level} {found.low:.2g} to {found.high:.2g})"
    return f"{row.instead_of} has {found.value:.2g} times the squared standard errors of {row.design}{interval}"


def _designs_table(result: DesignComparison) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"design": design.name, **asdict(row), "unit_error": design.unit_errors[row.indicator]}
            for design in result.designs
            for row in design.coefficients
        ]
    )


def draw_spread(result: DesignComparison) -> Drawing:
    """The means of all subsets of each design, one point each."""
    designs = result.designs
    indicators = list(designs[0].unit_errors)
    table = pd.DataFrame(
        [
            {"design": design.name, "subset": row.subset, "log_loss": row.log_loss, **row.indicators}
            for design in designs
            for row in design.subset_means
        ]
    )
    figure = new_figure(6.6, _height(len(indicators), len(designs)))
    axes = figure.subplots()
    for number, design in enumerate(designs):
        means = table.loc[table["design"] == design.name, indicators].to_numpy()  # (subsets, indicators)
        rows = np.broadcast_to(_rows(len(indicators), number, len(designs)), means.shape)
        colour, marker = _look(number)
        label = f"{design.name} ({design.subsets} subsets)"
        axes.plot(means.ravel(), rows.ravel(), marker, color=colour, markersize=4, alpha=0.6, label=label)
    zero_line(axes)
    axes.set_xlabel("mean of a subset minus the mean of all subsets (SDs over the examples)")
    _label(axes, indicators)
    figure.legend(loc="outside lower center", ncols=2, frameon=False)
    figure.suptitle("How far the subsets of each design spread, one point each")
    return Drawing(figure, table)


def draw_rules(result: AcrossModels) -> Drawing:
    """The coefficients of every set of variants: models, and the eval sets and seeds of each."""
    comparisons = result.comparisons
    lines = [comparisons[start : start + PER_LINE] for start in range(0, len(comparisons), PER_LINE)]
    heights = [max(map(_panel_height, line)) for line in lines] or [1.0]
    columns = max(1, min(PER_LINE, len(comparisons)))
    figure = new_figure(max(5.2, 3.6 * columns), 1.6 + sum(heights))
    panels = figure.subplots(len(heights), columns, squeeze=False, height_ratios=heights)
    for axes, comparison in zip(panels.flat, comparisons, strict=False):
        _rules_panel(axes, comparison)
        axes.set_xlabel(f"log loss per {result.unit}\n← lower loss        higher loss →")
    for axes in panels.flat[len(comparisons) :]:
        axes.axis("off")
    if not comparisons:
        panels[0, 0].text(0, 0.5, "\n".join(f"{row.over}: {row.reason}" for row in result.skipped))
    level = f"{result.confidence:.0%} intervals; hollow: no effect shown"
    figure.suptitle(f"How far the rule holds: the same fit side by side\n{level}")
    return Drawing(figure, _rules_table(comparisons))


def _rules_panel(axes: Axes, comparison: VariantComparison) -> None:
    coefficients = comparison.coefficients
    for number, (name, rows) in enumerate(coefficients.items()):
        _intervals(axes, rows, _rows(len(rows), number, len(coefficients)), number)
        colour, marker = _look(number)
        axes.plot([], [], marker, color=colour, markersize=5, label=name)
    zero_line(axes)
    _label(axes, [row.indicator for row in rows])
    axes.locator_params(axis="x", nbins=5)
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2, frameon=False, fontsize=8)
    of = f" of {comparison.model}" if comparison.model else ""
    axes.set_title(
        f"{comparison.over}{of}, {comparison.subsets} subsets\n{_verdict(comparison.equal_coefficients)}",
        pad=_pad(comparison),
    )


def _verdict(test: Equality) -> str:
    """What the test of equal coefficients says, in a few words."""
    if not test.conclusive:
        return "too few subsets to tell"
    correction = " after Holm" if test.tests > 1 else ""
    verdict = "coefficients differ" if test.shows_difference else "no difference shown"
    return f"{verdict} (p = {test.corrected:.2g}{correction})"


def _pad(comparison: VariantComparison) -> float:
    """Points between title and axes, for the legend, which has two names a line."""
    return 8.0 + 14.0 * -(-len(comparison.variants) // 2)


def _panel_height(comparison: VariantComparison) -> float:
    rows = next(iter(comparison.coefficients.values()))
    return _height(len(rows), len(comparison.variants)) - 1.4 + _pad(comparison) / 72


def _rules_table(comparisons: Sequence[VariantComparison]) -> pd.DataFrame:
    rows = [
        {"over": comparison.over, "model": comparison.model, "variant": name, **asdict(row)}
        for comparison in comparisons
        for name, coefficients in comparison.coefficients.items()
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


def _intervals(axes: Axes, coefficients: Sequence[Coefficient], rows: np.ndarray, number: int) -> None:
    """Points with their intervals; hollow where an interval contains zero."""
    colour, marker = _look(number)
    for row, term in zip(rows, coefficients, strict=True):
        fill = colour if term.low > 0 or term.high < 0 else "white"
        axes.plot([term.low, term.high], [row, row], color=colour, linewidth=1.4)
        axes.plot(term.value, row, marker, color=colour, markerfacecolor=fill, markersize=5)


def _label(axes: Axes, indicators: Sequence[str]) -> None:
    axes.set_yticks(range(len(indicators)), indicators)
    axes.set_ylim(len(indicators) - 0.4, -0.6)
