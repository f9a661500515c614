"""The figure of a judge's verdicts: win, tie and lose of each arm, and its win rate with intervals."""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from instructmining.comparison.judge.result import JudgedArm, JudgeResult, Share
from instructmining.report.figures.style import BLUE, GREY, ORANGE, Drawing, new_figure

LIGHT_GREY = "#C8C8C8"
COLOURS = {"win": BLUE, "tie": LIGHT_GREY, "lose": ORANGE}
PLAIN, CONTROLLED = -0.14, 0.14
"""How far the two win rates lie above and below the middle of an arm's row."""


def draw_judge(result: JudgeResult) -> Drawing:
    """Shares of verdicts as bars, beside the win rate as judged and at equal length."""
    arms = result.arms
    figure = new_figure(8.4, 0.7 * len(arms) + 2.0)
    shares, rates = figure.subplots(1, 2, sharey=True)
    for row, arm in enumerate(arms):
        _bars(shares, row, arm)
        _rate(rates, row + PLAIN, arm.win_rate, BLUE, "o")
        _rate(rates, row + CONTROLLED, arm.length_controlled.win_rate, GREY, "s")
    shares.set_yticks(range(len(arms)), [_label(arm) for arm in arms])
    shares.set_ylim(len(arms) - 0.4, -0.6)
    shares.set_xlim(0, 1)
    shares.set_xlabel("share of pairs with a verdict")
    shares.set_title(f"against {arms[0].baseline}")
    rates.axvline(0.5, color=GREY, linewidth=0.8, linestyle=":")
    rates.set_xlim(0, 1)
    rates.set_xlabel(f"win rate (wins + ties / 2)\n← {arms[0].baseline} preferred        arm preferred →")
    rates.set_title("win rate")
    _legend(shares, rates)
    figure.suptitle(
        f"Answers judged by {result.judge}: {result.pool}, {result.model},"
        f" {result.confidence:.0%} intervals over prompts"
    )
    return Drawing(figure, pd.DataFrame([_row(arm) for arm in arms]))


def _label(arm: JudgedArm) -> str:
    seeds = "seed" if arm.seeds == 1 else "seeds"
    return f"{arm.arm}\n{arm.decided} of {arm.pairs} pairs\n{arm.prompts} prompts, {arm.seeds} {seeds}"


def _bars(axes: Axes, row: int, arm: JudgedArm) -> None:
    start = 0.0
    for name, share in arm.shares.items():
        if share is None:
            continue
        axes.barh(row, share.value, left=start, height=0.5, color=COLOURS[name])
        if share.value >= 0.08:
            axes.text(start + share.value / 2, row, f"{share.value:.0%}", ha="center", va="center")
        start += share.value


def _rate(axes: Axes, height: float, rate: Share | None, colour: str, marker: str) -> None:
    if rate is None:
        return
    axes.plot([rate.low, rate.high], [height, height], color=colour, linewidth=1.6)
    axes.plot(rate.value, height, marker, color=colour, markersize=5)


def _legend(shares: Axes, rates: Axes) -> None:
    """The legend is below the axes, where it hides nothing."""
    handles: list[Any] = [shares.barh(0, 0, color=colour, label=name) for name, colour in COLOURS.items()]
    handles += rates.plot([], [], "o-", color=BLUE, markersize=5, label="as judged")
    handles += rates.plot([], [], "s-", color=GREY, markersize=5, label="at equal length")
    shares.figure.legend(handles=handles, loc="outside lower center", ncols=5, frameon=False)


def _row(arm: JudgedArm) -> dict[str, str | float | None]:
    shares = {
        **arm.shares,
        "win_rate": arm.win_rate,
        "orders_agree": arm.orders_agree,
        "first_preferred": arm.first_preferred,
        "win_rate_at_equal_length": arm.length_controlled.win_rate,
    }
    return {
        "arm": arm.arm,
        "baseline": arm.baseline,
        "prompts": arm.prompts,
        "seeds": arm.seeds,
        "pairs": arm.pairs,
        "decided": arm.decided,
        **{name: value for kind, share in shares.items() for name, value in _cells(kind, share).items()},
    }


def _cells(kind: str, share: Share | None) -> dict[str, float | None]:
    """A share and its interval, in columns of their own."""
    value, low, high = (share.value, share.low, share.high) if share else (None, None, None)
    return {kind: value, f"{kind}_low": low, f"{kind}_high": high}
