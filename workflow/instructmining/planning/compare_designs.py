"""Compare sampling designs: how certain each makes the coefficients, and what each costs in lack of fit.

    make designs RUNS="results ../tilted/results" NAMES="fused tilted"
    python -m instructmining.planning.compare_designs --runs results ../tilted/results --names fused tilted \\
        --output designs.json --table designs.md
    python -m instructmining.report.figures.draw designs --designs designs.json --output designs.svg --table designs.csv
    python -m instructmining.report.figures.draw spread --designs designs.json --output spread.svg --table spread.csv

The first design is the one that the others are compared with. A standard error per unit of noise depends only on the
indicators of the subsets. The standard errors as found also contain the noise, which a design changes where it leaves
the range in which the log loss is linear.
"""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from instructmining.arrays import Floats
from instructmining.command import run_main
from instructmining.files import write_result, write_text
from instructmining.planning.pilot import measure_pilot
from instructmining.planning.read_designs import name_of, read_runs
from instructmining.planning.result import Bend, Curvature, DesignComparison, DesignMeasures, SubsetMeans
from instructmining.planning.savings import saving
from instructmining.planning.words import markdown, sentences
from instructmining.quality_rule.across.variants import (
    Variant,
    coefficients,
    difference,
    equal_coefficients,
    fit_variants,
    transfers,
)
from instructmining.quality_rule.evidence.noise import lack_of_fit, measure_noise
from instructmining.quality_rule.regression.least_squares import Design, least_squares
from instructmining.quality_rule.regression.share_terms import with_sources
from instructmining.quality_rule.settings import CONFIDENCE


def compare_designs(
    tables: dict[str, pa.Table], indicators: Sequence[str], confidence: float, scores: pa.Table
) -> DesignComparison:
    """All that is measured; raises ValueError where a design cannot be fitted.

    One unit of an indicator is its SD over the examples of `scores`, from which the subsets of all designs were drawn.
    """
    variants, left_out = fit_variants(tables, indicators)
    first, *others = variants
    centre = np.concatenate([variant.design.x for variant in variants]).mean(axis=0)
    units = _units(scores, first.design.indicators)
    return DesignComparison(
        confidence=confidence,
        unit="SD over the examples",
        units=dict(zip(first.design.indicators, units.tolist(), strict=True)),
        left_out=left_out,
        designs=tuple(design_measures(each, len(tables[each.name]), centre, units, confidence) for each in variants),
        savings=tuple(saving((first.name, each.name), first.design, each.design, confidence) for each in others),
        predictions=tuple(transfers(variants, confidence)),
        equal_coefficients=equal_coefficients(variants),
        differences=tuple(difference(each, first, units, confidence) for each in others),
    )


def _units(scores: pa.Table, indicators: Sequence[str]) -> Floats:
    """SD of each indicator over the examples; (indicators,)."""
    scores = with_sources(scores, indicators)
    missing = [name for name in indicators if name not in scores.column_names]
    if missing:
        raise ValueError(f"the scores have no column {missing[0]!r}; found {', '.join(scores.column_names)}")
    return np.array([np.std(scores[name].to_numpy(), ddof=1) for name in indicators], np.float64)


def design_measures(
    variant: Variant, observations: int, centre: Floats, units: Floats, confidence: float
) -> DesignMeasures:
    """One design by itself; `centre` is the mean over the subsets of all designs, (indicators,)."""
    design = variant.design
    errors = unit_errors(design, units)
    found = coefficients(variant.result, design.indicators, units, confidence)
    means = (design.x - centre) / units
    return DesignMeasures(
        name=variant.name,
        subsets=len(design.subsets),
        observations=observations,
        residual_sd=float(np.sqrt(measure_pilot(design).noise(1))),
        noise=measure_noise(design, confidence),
        unit_errors=dict(zip(design.indicators, errors.tolist(), strict=True)),
        mean_unit_error=float(errors.mean()),
        mean_error=float(np.mean([row.standard_error for row in found])),
        coefficients=tuple(found),
        lack_of_fit=lack_of_fit(design),
        curvature=Curvature(prediction=bend(variant), distance=bend_with_distance(variant, means)),
        subset_means=tuple(
            SubsetMeans(subset, loss, dict(zip(design.indicators, row, strict=True)))
            for subset, loss, row in zip(design.subsets, design.y.tolist(), means.tolist(), strict=True)
        ),
    )


def unit_errors(design: Design, units: Floats) -> Floats:
    """Standard error of each coefficient if the noise were 1; (indicators,).

    They are the roots of the diagonal of (X'X)^-1, X centred. A subset counts once, however many seeds it has.
    """
    centred = (design.x - design.x.mean(axis=0)) / units
    triangle = np.linalg.qr(centred, mode="r")  # its inverse has the root of that of X'X
    errors: Floats = np.linalg.norm(np.linalg.inv(triangle), axis=1)
    return errors


def bend(variant: Variant) -> Bend:
    """Whether the square of the prediction explains more, which needs no replicates (RESET: Ramsey 1969)."""
    fitted = variant.result.fittedvalues
    return _added(variant, (fitted - fitted.mean()) ** 2)


def bend_with_distance(variant: Variant, means: Floats) -> Bend:
    """Whether the squared distance from the centre of all designs explains more: a bend that is the same on all sides.

    `means` are the means of the subsets minus that centre, in SDs over the examples; (subsets, indicators).
    """
    return _added(variant, np.sum(means**2, axis=1))


def _added(variant: Variant, column: Floats) -> Bend:
    """The F-test of one more column, (subsets,)."""
    design = variant.design
    names = (*design.indicators, "what is added")
    result = least_squares(replace(design, indicators=names, x=np.column_stack([design.x, column])))
    f, slope, p_value = result.tvalues[-1] ** 2, result.params[-1], result.pvalues[-1]
    return Bend(float(slope), float(f), float(result.df_resid), float(p_value))


def main() -> None:
    """Read the results of the run of each design, write the comparison."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--runs",
        type=Path,
        nargs="+",
        required=True,
        help="results of each design, the baseline first",
    )
    parser.add_argument("--names", nargs="+", help="of the designs; by default those of their folders")
    parser.add_argument("--model", help="the base model, where a run has several")
    parser.add_argument("--confidence", type=float, default=CONFIDENCE)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--table", type=Path, required=True)
    arguments = parser.parse_args()
    names = arguments.names or [name_of(folder) for folder in arguments.runs]
    if len(names) != len(arguments.runs) or len(set(names)) < max(2, len(names)):
        parser.error(f"give two or more --runs, and a different name for each in --names; found {', '.join(names)}")
    runs = read_runs(arguments.runs, names, arguments.model)
    result = compare_designs(runs.tables, runs.indicators, arguments.confidence, runs.scores)
    write_result(arguments.output, result)
    write_text(arguments.table, markdown(result))
    print("\n".join(sentences(result)))


if __name__ == "__main__":
    run_main(main)
