"""The figure of a ranked pool: the predictions for the examples of each source, degraded or not."""

from collections.abc import Hashable
from typing import Any

import pandas as pd
import pyarrow as pa
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from instructmining.report.figures.style import BLUE, GREY, VERMILLION, Drawing, new_figure
from instructmining.selection.ranking import is_by_prediction
from instructmining.selection.settings import Selection
from instructmining.selection.size import selection_size

QUANTILES = {"q05": 0.05, "q25": 0.25, "median": 0.5, "q75": 0.75, "q95": 0.95}


def draw_quality(ranking: pa.Table, settings: Selection) -> Drawing:
    """Predicted log loss by source and kind of degradation, and what is kept.

    Where the ranking follows the rule, a line is the cut between the examples that are kept and the rest. Where it does
    not, no line divides them, and diamonds are at the median of those that are kept.
    """
    size = selection_size(len(ranking), settings.examples, settings.fraction)
    groups = _groups(ranking, size)
    figure = new_figure(7.2, 0.42 * len(groups) + 1.9)
    axes = figure.subplots()
    boxes = axes.bxp(
        [_box(group) for group in groups.to_dict("records")],
        orientation="horizontal",
        showfliers=False,
        patch_artist=True,
        widths=0.55,
        medianprops={"color": "black"},
    )
    for patch, degraded in zip(boxes["boxes"], groups["degraded"], strict=True):
        patch.set(facecolor=VERMILLION if degraded else BLUE, alpha=0.6, hatch="///" if degraded else None)
    follows = is_by_prediction(ranking)
    kept = _cut(axes, ranking, size) if follows else _diamonds(axes, groups)
    axes.invert_yaxis()
    axes.set_xlabel("predicted log loss (log of nats per token; lower is better)")
    axes.set_title(
        f"Predicted quality of {len(ranking):,} examples, {size:,} of them kept\n"
        f"{'' if follows else 'They are not chosen by the rule. '}Box: middle half, line: median, whiskers: 5% and 95%"
    )
    handles = [kept, Patch(facecolor=BLUE, alpha=0.6, label="as imported")]
    if groups["degraded"].any():
        handles.append(Patch(facecolor=VERMILLION, alpha=0.6, hatch="///", label="degraded on purpose"))
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles), frameon=False)
    return Drawing(figure, groups)


def _cut(axes: Axes, ranking: pa.Table, size: int) -> Line2D:
    """The line between the examples that are kept and the rest."""
    cut = float(ranking["predicted"][size - 1].as_py())
    return axes.axvline(cut, color=GREY, linewidth=1, linestyle=(0, (4, 3)), label="cut: examples left of it are kept")


def _diamonds(axes: Axes, groups: pd.DataFrame) -> Line2D:
    """The median prediction for the examples that are kept of each group."""
    (line,) = axes.plot(
        groups["kept_median"],
        range(1, len(groups) + 1),
        "D",
        color="black",
        markeredgecolor="white",
        zorder=4,
        label="median of the examples kept",
    )
    return line


def _groups(ranking: pa.Table, size: int) -> pd.DataFrame:
    """One row per source and kind of degradation (empty for none): counts and quantiles of the prediction.

    The median of those that are kept is NaN where none is.
    """
    frame = ranking.select(["source", "degraded", "predicted", "rank"]).to_pandas()
    frame["degraded"] = frame["degraded"].fillna("").astype(str)
    rows = [
        {
            "source": source,
            "degraded": degraded,
            "examples": len(members),
            "kept": int((members["rank"] <= size).sum()),
            "kept_median": float(members["predicted"][members["rank"] <= size].median()),
            **{name: float(members["predicted"].quantile(q)) for name, q in QUANTILES.items()},
        }
        for (source, degraded), members in frame.groupby(["source", "degraded"], sort=True)
    ]
    return pd.DataFrame(rows)


def _box(group: dict[Hashable, Any]) -> dict[str, Any]:
    kind = f", {group['degraded']}" if group["degraded"] else ""
    return {
        "label": f"{group['source']}{kind}\n{group['kept']:,} of {group['examples']:,} kept",
        "whislo": group["q05"],
        "q1": group["q25"],
        "med": group["median"],
        "q3": group["q75"],
        "whishi": group["q95"],
    }
