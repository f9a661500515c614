"""Figures of rules side by side: of designs, of models, and of seeds and eval sets of one model."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from instructmining.report.style import BLUE, GREEN, GREY, ORANGE, VERMILLION, Drawing, new_figure, zero_line

COLOURS = (BLUE, VERMILLION, GREEN, ORANGE, GREY)
MARKERS = "osD^v"


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
    zero_line(values)
    _label(errors, indicators)
    figure.legend(*errors.get_legend_handles_labels(), loc="outside lower center", ncols=2, frameon=False)
    figure.suptitle("Sampling designs side by side" + "".join(f"\n{_saving(row, result)}" for row in result["savings"]))
    return Drawing(figure, _designs_table(result))


def _saving(row: dict[str, Any], result: dict[str, Any]) -> str:
    level = f"{result['confidence']:.0%} interval"
    interval = "" if row["low"] is None else f" ({level} 1/{row['low']:.2g} to 1/{row['high']:.2g})"
    return f"{row['design']}: 1/{row['ratio']:.2g} of the variance of {row['instead_of']} at equal noise{interval}"


def _designs_table(result: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"design": design["design"], **row, "unit_error": design["unit_errors"][row["indicator"]]}
            for design in result["designs"]
            for row in design["coefficients"]
        ]
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
