"""Draw one figure as SVG, and write the table that it is drawn from as CSV.

    python -m instructmining.report.figures.draw univariate --observations observations.parquet \\
        --diagnostics diagnostics.json --output univariate.svg --table univariate.csv
    python -m instructmining.report.figures.draw quality --ranking ranking.parquet --settings '{"examples": 500}' \\
        --output quality.svg --table quality.csv

`--help` lists all figures, `univariate --help` the options of one.
"""

import argparse
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

from instructmining.command import run_main
from instructmining.comparison.curves import Curves
from instructmining.comparison.judge.result import JudgeResult
from instructmining.comparison.result import ComparisonResult
from instructmining.files import read_result, read_table
from instructmining.planning.result import DesignComparison
from instructmining.quality_rule.across.result import AcrossModels
from instructmining.quality_rule.evidence.result import Diagnostics
from instructmining.quality_rule.observations import observations_schema
from instructmining.quality_rule.people.result import PeopleComparison
from instructmining.report.figures.catalogue import FIGURES, Figure
from instructmining.report.figures.style import Drawing, look, save
from instructmining.selection.ranking import RANKING
from instructmining.selection.settings import Selection
from instructmining.selection.size import sized
from instructmining.validation.result import ValidationResult

READERS: Mapping[str, Callable[[Path], Any]] = {
    "comparison": partial(read_result, ComparisonResult),
    "curves": partial(read_result, Curves),
    "designs": partial(read_result, DesignComparison),
    "diagnostics": partial(read_result, Diagnostics),
    "judge": partial(read_result, JudgeResult),
    "observations": partial(read_table, schema=observations_schema([])),
    "people": partial(read_result, PeopleComparison),
    "ranking": partial(read_table, schema=RANKING),
    "rules": partial(read_result, AcrossModels),
    "validation": partial(read_result, ValidationResult),
}
"""How each input of a figure is read, by the option that names it."""


def draw(figure: Figure, arguments: argparse.Namespace) -> Drawing:
    """A figure, from the files that the arguments name."""
    # The name begins in full, so that the fingerprint of this command has all functions that draw.
    function: Callable[..., Drawing] = resolve_name(f"instructmining.report.figures.{figure.drawn_by}")
    paths = vars(arguments)
    inputs = [READERS[name](paths[name]) for name in figure.inputs]
    return function(*inputs, *([sized(arguments.settings, arguments.size)] if figure.shows_size else []))


def _add_figure(parser: argparse.ArgumentParser, figure: Figure) -> None:
    """Add the options of one figure."""
    for name in (*figure.inputs, "output", "table"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    if figure.shows_size:
        parser.add_argument("--settings", type=Selection.model_validate_json, required=True)
        parser.add_argument("--size", type=Path, help="the size that a search found")


def main() -> None:
    """Draw and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    figures = parser.add_subparsers(dest="figure", required=True)
    for name, figure in FIGURES.items():
        _add_figure(figures.add_parser(name), figure)
    arguments = parser.parse_args()
    with look():
        save(draw(FIGURES[arguments.figure], arguments), arguments.output, arguments.table)


if __name__ == "__main__":
    run_main(main)
