"""The figure of agreement with people: pairs and ratings, plain and with the length held fixed."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from instructmining.quality_rule.people.result import AgreementWithPeople, Interval, PeopleComparison
from instructmining.report.figures.style import BLUE, GREY, ORANGE, Drawing, new_figure

APART = 0.14
"""How far the two intervals lie above and below the middle of a measure's row."""


def draw_people(result: PeopleComparison) -> Drawing:
    """Share of pairs and rank correlation of the rule, each indicator and the length."""
    measures = result.measures
    figure = new_figure(8.4, 0.42 * len(measures) + 2.1)
    pairs, ratings = figure.subplots(1, 2, sharey=True)
    _panel(pairs, [(row.accuracy, row.matched_accuracy) for row in measures], 0.5)
    _panel(ratings, [(row.spearman, row.partial_spearman) for row in measures], 0.0)
    pairs.set_yticks(range(len(measures)), [row.measure for row in measures])
    pairs.set_ylim(len(measures) - 0.4, -0.6)
    pairs.set_xlabel("share of pairs in which the better one is higher")
    pairs.set_title(f"{result.pairs} pairs, {result.matched_pairs} of about equal length")
    ratings.set_xlabel("rank correlation with the rating (Spearman)")
    ratings.set_title(f"{result.rated} examples of {result.prompts} prompts")
    handles = [
        *pairs.plot([], [], "o-", color=BLUE, label="plain"),
        *pairs.plot([], [], "s-", color=ORANGE, markersize=4.5, label="length held fixed"),
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=2, frameon=False)
    figure.suptitle(
        f"Agreement with people: {result.ratings}, rule of {result.model}\n"
        f"{result.confidence:.0%} intervals over prompts; hollow: not shown to differ from chance"
    )
    return Drawing(figure, pd.DataFrame([_row(row) for row in measures]))


def _panel(axes: Axes, measures: Sequence[tuple[Interval | None, Interval | None]], chance: float) -> None:
    """Each measure plain, and below it with the length held fixed."""
    axes.axvline(chance, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)), zorder=0)
    for row, measure in enumerate(measures):
        for found, place, colour, marker in zip(measure, (-APART, APART), (BLUE, ORANGE), "os", strict=True):
            if found:
                fill = "white" if found.low <= chance <= found.high else colour
                axes.plot([found.low, found.high], [row + place] * 2, color=colour, linewidth=1.4)
                axes.plot(found.value, row + place, marker, color=colour, markerfacecolor=fill, markersize=5)


def _row(measure: AgreementWithPeople) -> dict[str, Any]:
    """One measure with every estimate and its interval."""
    name, *estimates = asdict(measure).items()
    return dict([name, *(cell for field, found in estimates for cell in _cells(field, found))])


def _cells(field: str, found: dict[str, float] | None) -> list[tuple[str, float | None]]:
    """An estimate and its interval as columns of their own."""
    parts = {field: "value", f"{field}_low": "low", f"{field}_high": "high"}
    return [(column, found[part] if found else None) for column, part in parts.items()]
