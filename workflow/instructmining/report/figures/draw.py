"""Draw one figure as SVG, with the table that it is drawn from as CSV.

    python -m instructmining.report.figures.draw univariate --observations observations.parquet \\
        --diagnostics diagnostics.json --output univariate.svg --table univariate.csv
    python -m instructmining.report.figures.draw coefficients --diagnostics diagnostics.json --output ... --table ...
    python -m instructmining.report.figures.draw residuals --diagnostics diagnostics.json --output ... --table ...
    python -m instructmining.report.figures.draw held_out --diagnostics diagnostics.json --output ... --table ...
    python -m instructmining.report.figures.draw predicted --diagnostics diagnostics.json --output ... --table ...
    python -m instructmining.report.figures.draw arms --comparison comparison.json --output ... --table ...
    python -m instructmining.report.figures.draw judge --judge judge.json --output ... --table ...
    python -m instructmining.report.figures.draw sizes --curves sizes.json --output ... --table ...
    python -m instructmining.report.figures.draw quality --ranking ranking.parquet --settings '{"examples": 500}' \\
        --output ... --table ...
    python -m instructmining.report.figures.draw rules --rules across_models.json --output ... --table ...
    python -m instructmining.report.figures.draw people --people people.json --output ... --table ...
    python -m instructmining.report.figures.draw designs --designs designs.json --output ... --table ...
    python -m instructmining.report.figures.draw spread --designs designs.json --output ... --table ...
"""

import argparse
from pathlib import Path

from instructmining.comparison.result import ComparisonResult
from instructmining.files import read_json, read_result, read_table
from instructmining.planning.result import DesignComparison
from instructmining.quality_rule.across.result import AcrossModels
from instructmining.quality_rule.evidence.result import Diagnostics
from instructmining.quality_rule.observations import observations_schema
from instructmining.quality_rule.people.result import PeopleComparison
from instructmining.report.figures.across import draw_designs, draw_rules, draw_spread
from instructmining.report.figures.comparison import draw_arms
from instructmining.report.figures.evidence import draw_held_out, draw_residuals
from instructmining.report.figures.judge import draw_judge
from instructmining.report.figures.people import draw_people
from instructmining.report.figures.rule import draw_coefficients, draw_predicted, draw_univariate
from instructmining.report.figures.selection import draw_quality
from instructmining.report.figures.sizes import draw_sizes
from instructmining.report.figures.style import Drawing, look, save
from instructmining.selection.ranking import RANKING
from instructmining.selection.settings import Selection
from instructmining.selection.size import selection_size, sized

OF_DIAGNOSTICS = {
    "coefficients": draw_coefficients,
    "predicted": draw_predicted,
    "residuals": draw_residuals,
    "held_out": draw_held_out,
}


def draw(arguments: argparse.Namespace) -> Drawing:
    """The figure that the arguments name."""
    if arguments.figure == "arms":
        return draw_arms(ComparisonResult.from_json(arguments.comparison))
    if arguments.figure == "judge":
        return draw_judge(read_json(arguments.judge))
    if arguments.figure == "people":
        return draw_people(read_result(PeopleComparison, arguments.people))
    if arguments.figure == "rules":
        return draw_rules(read_result(AcrossModels, arguments.rules))
    if arguments.figure == "sizes":
        return draw_sizes(read_json(arguments.curves))
    if arguments.figure == "designs":
        return draw_designs(read_result(DesignComparison, arguments.designs))
    if arguments.figure == "spread":
        return draw_spread(read_result(DesignComparison, arguments.designs))
    if arguments.figure == "quality":
        ranking, settings = read_table(arguments.ranking, RANKING), sized(arguments.settings, arguments.size)
        return draw_quality(ranking, selection_size(len(ranking), settings.examples, settings.fraction))
    diagnostics = read_result(Diagnostics, arguments.diagnostics)
    if arguments.figure == "univariate":
        names = [fit.indicator for fit in diagnostics.univariate]
        return draw_univariate(read_table(arguments.observations, observations_schema(names)), diagnostics)
    return OF_DIAGNOSTICS[arguments.figure](diagnostics)


def main() -> None:
    """Draw and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    figures = parser.add_subparsers(dest="figure", required=True)
    for name, inputs in {
        "univariate": ["--observations", "--diagnostics"],
        **{name: ["--diagnostics"] for name in OF_DIAGNOSTICS},
        "arms": ["--comparison"],
        "judge": ["--judge"],
        "sizes": ["--curves"],
        "quality": ["--ranking"],
        "rules": ["--rules"],
        "people": ["--people"],
        "designs": ["--designs"],
        "spread": ["--designs"],
    }.items():
        figure = figures.add_parser(name)
        for path in (*inputs, "--output", "--table"):
            figure.add_argument(path, type=Path, required=True)
        if name == "quality":
            figure.add_argument("--settings", type=Selection.model_validate_json, required=True)
            figure.add_argument("--size", type=Path, help="what a search found")
    arguments = parser.parse_args()
    with look():
        save(draw(arguments), arguments.output, arguments.table)


if __name__ == "__main__":
    main()
