"""The figure of predicted against observed losses: of the choices of a validation, or of the arms of a comparison."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from instructmining.report.figures.style import BLUE, GREY, VERMILLION, Drawing, new_figure
from instructmining.validation.result import Choice, ValidationResult

LIGHT = "#CFD4D9"
BAR: dict[str, Any] = {"color": LIGHT, "linewidth": 9, "solid_capstyle": "butt", "zorder": 1}
RING: dict[str, Any] = {"marker": "o", "linestyle": "", "markersize": 8, "color": GREY, "markerfacecolor": "white"}
DOT: dict[str, Any] = {"marker": "o", "linestyle": "", "markersize": 7, "color": BLUE, "markeredgecolor": "white"}
REFUTES = DOT | {"color": VERMILLION}
COLUMNS = [*Choice.__annotations__, "refutes"]


def draw_validation(result: ValidationResult) -> Drawing:
    """A row per choice: the prediction with its interval, and on the same line what was observed."""
    choices, refuted = result.choices, result.refuted
    figure = new_figure(7.6, 0.48 * len(choices) + 1.9)
    axes = figure.subplots()
    for row, choice in enumerate(choices):
        _draw_choice(axes, row, choice, refutes=choice.choice in refuted)
    _tidy(axes, choices)
    axes.set_xlabel(_below(result))
    figure.suptitle(f"Predicted and observed log loss of choices from {result.pool}, {result.model}")
    _legend(figure, result.confidence, bool(refuted))
    return Drawing(figure, _table(result))


def _tidy(axes: Axes, choices: Sequence[Choice]) -> None:
    axes.set_yticks(range(len(choices)), [_label(choice) for choice in choices])
    axes.set_ylim(len(choices) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color=LIGHT, linewidth=0.6)
    axes.margins(x=0.08)
    axes.locator_params(axis="x", nbins=7)
    if not choices:
        axes.set_xticks([])
        axes.annotate("nothing to compare", (0.5, 0.5), xycoords="axes fraction", ha="center", color=GREY)


def _label(choice: Choice) -> str:
    tunes = "fine-tune" if choice.seeds == 1 else "fine-tunes"
    return f"{choice.choice}\n{choice.examples:,} examples, {choice.seeds} {tunes}"


def _draw_choice(axes: Axes, row: int, choice: Choice, refutes: bool) -> None:
    """The interval is a bar, the prediction a ring on it, what was observed a dot; the p-value stands at the right."""
    if choice.low is not None and choice.high is not None:
        axes.plot([choice.low, choice.high], [row, row], **BAR)
    axes.plot(choice.predicted, row, **RING)
    axes.plot(choice.observed, row, **(REFUTES if refutes else DOT))
    axes.annotate(
        _verdict(choice, refutes),
        (1.02, row),
        xycoords=("axes fraction", "data"),
        va="center",
        color=VERMILLION if refutes else GREY,
    )


def _verdict(choice: Choice, refutes: bool) -> str:
    if choice.p_value is None:
        return "no interval"
    return f"p = {choice.p_value:.2g}" + ("\nrefutes the rule" if refutes else "")


def _legend(figure: Figure, confidence: float, refuted: bool) -> None:
    """What the marks are, below the axes, where it hides nothing."""
    marks = [("observed", DOT), ("predicted", RING), (f"{confidence:.0%} interval of the prediction", BAR)]
    marks += [("observed, refutes the rule", REFUTES)] * refuted
    handles = [Line2D([], [], label=label, **mark) for label, mark in marks]
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles), frameon=False)


def _below(result: ValidationResult) -> str:
    """The label of the axis, and what is not in the figure."""
    label = "mean log loss on the eval sets of role fit (log of nats per token; lower is better)"
    return "\n".join([label, *([f"not comparable: {', '.join(result.left_out)}"] if result.left_out else [])])


def _table(result: ValidationResult) -> pd.DataFrame:
    rows = [asdict(choice) | {"refutes": choice.choice in result.refuted} for choice in result.choices]
    return pd.DataFrame(rows, columns=COLUMNS)
