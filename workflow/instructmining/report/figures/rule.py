"""Figures of the quality rule: each indicator by itself, the coefficients together, and what the rule predicts."""

from dataclasses import asdict, replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from matplotlib.axes import Axes
from scipy import stats

from instructmining.arrays import Floats
from instructmining.quality_rule.evidence.result import Diagnostics, UnivariateFit
from instructmining.quality_rule.regression.least_squares import Design, least_squares, make_design
from instructmining.quality_rule.term import Term
from instructmining.report.figures.style import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    VERMILLION,
    Drawing,
    new_figure,
    with_unit,
    zero_line,
)

APART = 0.14
"""How far the intervals of a coefficient lie below each other."""


def draw_univariate(observations: pa.Table, diagnostics: Diagnostics) -> Drawing:
    """The log loss of the subsets against each indicator, with the line of least squares."""
    fits = diagnostics.univariate
    weights = np.array([row.weight for row in diagnostics.leave_one_out.predictions])
    design = replace(make_design(observations, [fit.indicator for fit in fits]), weights=weights)
    columns = min(3, len(fits))
    rows = -(-len(fits) // columns)
    figure = new_figure(max(2.6 * columns, 4.6), 2.3 * rows + 0.6)
    panels = figure.subplots(rows, columns, sharey=True, squeeze=False)
    for axes, fit in zip(panels.flat, fits, strict=False):
        _scatter(axes, design.keep([fit.indicator]), fit, diagnostics.confidence)
    for axes in panels.flat[len(fits) :]:
        axes.set_visible(False)
    figure.supylabel("log loss (log of nats per token)", fontsize=9)
    points = "subsets, means over seeds" if design.replicated else "subsets"
    figure.suptitle(
        f"Log loss against each indicator alone\n{len(design.subsets)} {points};"
        f" band: {diagnostics.confidence:.0%} interval of the line"
    )
    return Drawing(figure, _design_table(design))


def _scatter(axes: Axes, design: Design, fit: UnivariateFit, confidence: float) -> None:
    x, line, half = _line(design, confidence)
    axes.fill_between(x, line - half, line + half, color=BLUE, alpha=0.18, linewidth=0)
    axes.plot(x, line, color=BLUE, linewidth=1.5)
    axes.scatter(design.x[:, 0], design.y, s=14, color=GREY, alpha=0.8, linewidth=0)
    axes.set_xlabel(with_unit(fit.indicator))
    axes.locator_params(axis="x", nbins=5)
    axes.set_title(f"R² = {fit.r2:.2f}, p {_p_value(fit.p_value)}")


def _line(design: Design, confidence: float) -> tuple[Floats, Floats, Floats]:
    """Points along the indicator, the fitted mean there, and half the width of its interval."""
    x = np.linspace(design.x.min(), design.x.max(), 60)
    fit = least_squares(design)
    half = stats.t.ppf((1 + confidence) / 2, fit.df_resid) * np.sqrt(fit.prediction_variance(x[:, None]))
    return x, fit.predict(x[:, None]), half


def _p_value(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"= {p:.3f}"


def _design_table(design: Design) -> pd.DataFrame:
    indicators = {name: design.x[:, i] for i, name in enumerate(design.indicators)}
    seeds = design.seeds.astype(int)
    return pd.DataFrame({"subset": design.subsets, "seeds": seeds, "log_loss": design.y, **indicators})


def draw_coefficients(diagnostics: Diagnostics) -> Drawing:
    """The standardised coefficients with three kinds of intervals; hollow where one of them contains zero."""
    terms = diagnostics.terms
    figure = new_figure(6.2, 0.5 * len(terms) + 1.9)
    axes = figure.subplots()
    zero_line(axes)
    for row, term in enumerate(terms):
        _coefficient(axes, row, term)
    axes.set_yticks(range(len(terms)), [term.indicator for term in terms])
    axes.set_ylim(len(terms) - 0.4, -0.6)
    axes.set_xlabel("change of log loss (SDs) per SD of the indicator\n← lower loss        higher loss →")
    subsets = len(diagnostics.leave_one_out.predictions)
    axes.set_title(
        f"Coefficients of the quality rule, fitted to {subsets} subsets\n"
        f"{diagnostics.confidence:.0%} intervals; hollow: no effect shown"
    )
    if terms:
        figure.legend(*_interval_legend(axes), loc="outside lower center", ncols=3, frameon=False)
    else:
        axes.text(0, -0.5, "no indicator was kept", ha="center", va="center")
    return Drawing(figure, pd.DataFrame(map(asdict, terms)))


def _coefficient(axes: Axes, row: int, term: Term) -> None:
    """One coefficient; its intervals lie below each other."""
    scale = term.standardised / term.coefficient
    intervals = {
        "model": (term.low, term.high, BLUE),
        "HC3": (term.hc3_low, term.hc3_high, ORANGE),
        "bootstrap": (term.bootstrap_low, term.bootstrap_high, GREEN),
    }
    for place, (kind, (low, high, colour)) in enumerate(intervals.items()):
        if low is not None and high is not None:
            ends, height = [low * scale, high * scale], row + APART * place
            axes.plot(ends, [height, height], color=colour, linewidth=1.6, label=kind)
    fill = BLUE if term.shown else "white"
    axes.plot(term.standardised, row, "o", color=BLUE, markerfacecolor=fill, markersize=6)


def _interval_legend(axes: Axes) -> tuple[list[Any], list[str]]:
    """One entry of each kind of interval."""
    entries = {label: handle for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)}
    return list(entries.values()), list(entries)


def draw_predicted(diagnostics: Diagnostics) -> Drawing:
    """Predicted against observed log loss, in the sample and for subsets left out of the fit."""
    held_out = diagnostics.leave_one_out
    table = pd.DataFrame(map(asdict, held_out.predictions))
    figure = new_figure(6.6, 4.0)
    panels = figure.subplots(1, 2, sharex=True, sharey=True)
    in_sample = f"in the sample\nR² = {diagnostics.r2:.2f}"
    left_out = f"each subset left out of the fit\nR² = {held_out.r2:.2f}, Spearman = {held_out.spearman:.2f}"
    _against(panels[0], table, "fitted", in_sample, BLUE)
    _against(panels[1], table, "left_out", left_out, VERMILLION)
    panels[0].set_ylabel("observed log loss (log of nats per token)")
    figure.suptitle(f"Predicted and observed log loss of {len(table)} subsets; dashed: equal")
    return Drawing(figure, table)


def _against(axes: Axes, table: pd.DataFrame, column: str, title: str, colour: str) -> None:
    everything = table[["observed", "fitted", "left_out"]].to_numpy()
    margin = 0.05 * np.ptp(everything)
    ends = (everything.min() - margin, everything.max() + margin)
    axes.plot(ends, ends, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)), zorder=0)
    axes.scatter(table[column], table["observed"], s=18, color=colour, alpha=0.8, linewidth=0)
    axes.set_xlim(ends)
    axes.set_ylim(ends)
    axes.set_box_aspect(1)
    axes.set_xlabel("predicted log loss")
    axes.locator_params(nbins=5)
    axes.set_title(title)
