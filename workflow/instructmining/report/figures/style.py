"""The look of all figures: legible in print, safe for the colour-blind, and the same bytes for the same data."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from instructmining.files import replacing, write_text

# Okabe and Ito (2008), "Color Universal Design"
BLUE, ORANGE, VERMILLION, GREEN, GREY = "#0072B2", "#E69F00", "#D55E00", "#009E73", "#666666"

_UNITS = {"len_in": "tokens", "len_out": "tokens", "mtld": "words", "relevance": "cosine", "ifd": "ratio of losses"}

_LOOK: Any = {
    "font.family": "DejaVu Sans",  # comes with matplotlib, so that text has the same width everywhere
    "font.size": 9,
    "axes.titlesize": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "figure.titlesize": 10,
    "svg.fonttype": "path",
    "svg.hashsalt": "instructmining",  # IDs of elements would be random otherwise
}


@dataclass(frozen=True)
class Drawing:
    """A figure and the table that it is drawn from."""

    figure: Figure
    table: pd.DataFrame


@contextmanager
def look() -> Iterator[None]:
    """Figures drawn and saved in this context look alike."""
    with mpl.rc_context(_LOOK):
        yield


def new_figure(width: float, height: float) -> Figure:
    """An empty figure; width and height are in inches."""
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasSVG(figure)
    return figure


def with_unit(indicator: str) -> str:
    """An indicator as the label of an axis; those without a unit stand alone."""
    unit = "distance" if indicator.startswith("knn_") else _UNITS.get(indicator)
    return f"{indicator} ({unit})" if unit else indicator


def zero_line(axes: Axes) -> None:
    """Mark zero, which is no effect, on the horizontal axis."""
    axes.axvline(0, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)), zorder=0)


def save(drawing: Drawing, output: Path, table: Path) -> None:
    """Write the figure as SVG and its table as CSV."""
    with replacing(output) as temporary:
        drawing.figure.savefig(temporary, format="svg", metadata={"Date": None}, bbox_inches="tight", pad_inches=0.08)
    write_text(table, drawing.table.to_csv(index=False))
