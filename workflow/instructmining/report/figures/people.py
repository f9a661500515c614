"""The figure of agreement with people: pairs and ratings, as they are and with the length held fixed."""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from instructmining.report.figures.style import BLUE, GREY, ORANGE, Drawing, new_figure

APART = 0.14
"""How far the two intervals lie above and below the middle of a measure's row."""
SHOWN = ("accuracy", "beyond_length", "matched_accuracy", "adjusted", "spearman", "partial_spearman")


def draw_people(result: dict[str, Any]) -> Drawing:
    """Share of pairs and rank correlation of the rule, each indicator and the length."""
    measures = result["measures"]
    figure = new_figure(8.4, 0.42 * len(measures) + 2.1)
    pairs, ratings = figure.subplots(1, 2, sharey=True)
    _panel(pairs, measures, ("accuracy", "matched_accuracy"), 0.5)
    _panel(ratings, measures, ("spearman", "partial_spearman"), 0.0)
    pairs.set_yticks(range(len(measures)), [row["measure"] for row in measures])
    pairs.set_ylim(len(measures) - 0.4, -0.6)
    pairs.set_xlabel("share of pairs in which the better one is higher")
    pairs.set_title(f"{result['pairs']} pairs, {result['matched_pairs']} of about equal length")
    ratings.set_xlabel("rank correlation with the rating (Spearman)")
    ratings.set_title(f"{result['rated']} examples of {result['prompts']} prompts")
    handles = [
        *pairs.plot([], [], "o-", color=BLUE, label="as it is"),
        *pairs.plot([], [], "s-", color=ORANGE, markersize=4.5, label="length held fixed"),
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=2, frameon=False)
    figure.suptitle(
        f"Agreement with people: {result['ratings']}, rule of {result['model']}\n"
        f"{result['confidence']:.0%} intervals over prompts; hollow: not told from chance"
    )
    return Drawing(figure, pd.DataFrame([_row(row) for row in measures]))


def _panel(axes: Axes, measures: list[dict[str, Any]], names: tuple[str, str], chance: float) -> None:
    axes.axvline(chance, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)), zorder=0)
    for row, measure in enumerate(measures):
        for name, place, colour, marker in zip(names, (-APART, APART), (BLUE, ORANGE), "os", strict=True):
            if found := measure[name]:
                fill = "white" if found["low"] <= chance <= found["high"] else colour
                axes.plot([found["low"], found["high"]], [row + place] * 2, color=colour, linewidth=1.4)
                axes.plot(found["value"], row + place, marker, color=colour, markerfacecolor=fill, markersize=5)


def _row(measure: dict[str, Any]) -> dict[str, Any]:
    """One measure with every estimate and its interval."""
    estimates = {
        f"{name}{suffix}": measure[name][part] if measure[name] else None
        for name in SHOWN
        for suffix, part in (("", "value"), ("_low", "low"), ("_high", "high"))
    }
    return {"measure": measure["measure"], **estimates}
