"""Sampling designs side by side: how sure each makes the coefficients, and what each costs in lack of fit.

    make designs RUNS="results ../tilted/results" NAMES="fused tilted"
    python -m instructmining.planning.compare_designs --runs results ../tilted/results --names fused tilted \\
        --output designs.json --table designs.md
    python -m instructmining.report.figures.draw designs --designs designs.json --output designs.svg --table designs.csv
    python -m instructmining.report.figures.draw spread --designs designs.json --output spread.svg --table spread.csv

The first design is the one that the others are compared with. A standard error per unit of noise depends on the
indicators of the subsets alone; the standard errors as found contain the noise too, which a design changes where it
leaves the range in which the log loss is linear.
"""

import argparse
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from instructmining.arrays import Floats
from instructmining.files import write_json, write_text
from instructmining.planning.pilot import measure
from instructmining.planning.read_designs import name_of, read_runs
from instructmining.planning.savings import saving
from instructmining.planning.words import markdown, sentences
from instructmining.quality_rule.across.variants import (
    Variant,
    coefficients,
    differences,
    equal_coefficients,
    fit_variants,
    transfers,
)
from instructmining.quality_rule.evidence.noise import lack_of_fit, measure_noise
from instructmining.quality_rule.regression.least_squares import Design, least_squares


def compare_designs(
    tables: dict[str, pa.Table], indicators: Sequence[str], confidence: float, scores: pa.Table
) -> dict[str, Any]:
    """All that is measured, as one JSON value; raises ValueError where a design cannot be fitted.

    One unit of an indicator is its SD over the examples of `scores`, of which the subsets of all designs were drawn.
    """
    variants, left_out = fit_variants(tables, indicators)
    first, *others = variants
    centre = np.concatenate([variant.design.x for variant in variants]).mean(axis=0)
    units = _units(scores, first.design.indicators)
    return {
        "confidence": confidence,
        "unit": "SD over the examples",
        "units": dict(zip(first.design.indicators, units.tolist(), strict=True)),
        "left_out": left_out,
        "designs": [design_measures(each, len(tables[each.name]), centre, units, confidence) for each in variants],
        "savings": [
            asdict(saving((first.name, other.name), first.design, other.design, confidence)) for other in others
        ],
        "predictions": [asdict(row) for row in transfers(variants, confidence)],
        "equal_coefficients": asdict(equal_coefficients(variants)),
        "differences": {
            other.name: [asdict(row) for row in differences(other, first, units, confidence)] for other in others
        },
    }


def _units(scores: pa.Table, indicators: Sequence[str]) -> Floats:
    """SD of each indicator over the examples; (indicators,)."""
    missing = [name for name in indicators if name not in scores.column_names]
    if missing:
        raise ValueError(f"the scores have no column {missing[0]!r}; found {', '.join(scores.column_names)}")
    return np.array([np.std(scores[name].to_numpy(), ddof=1) for name in indicators], np.float64)


def design_measures(
    variant: Variant, observations: int, centre: Floats, units: Floats, confidence: float
) -> dict[str, Any]:
    """One design by itself; `centre` is the mean over the subsets of all designs, (indicators,)."""
    design = variant.design
    errors = unit_errors(design, units)
    found = coefficients(variant.result, design.indicators, units, confidence)
    noise, misfit = measure_noise(design, confidence), lack_of_fit(design, variant.result.fittedvalues)
    means = (design.x - centre) / units
    return {
        "design": variant.name,
        "subsets": len(design.subsets),
        "observations": observations,
        "residual_sd": float(np.sqrt(measure(design).noise(1))),
        "noise": asdict(noise) if noise else None,
        "unit_errors": dict(zip(design.indicators, errors.tolist(), strict=True)),
        "mean_unit_error": float(errors.mean()),
        "mean_error": float(np.mean([row.standard_error for row in found])),
        "coefficients": [asdict(row) for row in found],
        "lack_of_fit": asdict(misfit) if misfit else None,
        "curvature": {"prediction": bend(variant), "distance": bend_with_distance(variant, means)},
        "subset_means": [
            {"subset": subset, "log_loss": loss, **dict(zip(design.indicators, row, strict=True))}
            for subset, loss, row in zip(design.subsets, design.y.tolist(), means.tolist(), strict=True)
        ],
    }


def unit_errors(design: Design, units: Floats) -> Floats:
    """Standard error of each coefficient were the noise 1: roots of the diagonal of (X'X)^-1, X centred; (indicators,).

    A subset counts once, whatever its seeds.
    """
    centred = (design.x - design.x.mean(axis=0)) / units
    errors: Floats = np.sqrt(np.diag(np.linalg.inv(centred.T @ centred)))
    return errors


def bend(variant: Variant) -> dict[str, float]:
    """Whether the square of the prediction explains more, which needs no replicates (RESET: Ramsey 1969)."""
    fitted = variant.result.fittedvalues
    return _added(variant, (fitted - fitted.mean()) ** 2)


def bend_with_distance(variant: Variant, means: Floats) -> dict[str, float]:
    """Whether the squared distance from the centre of all designs explains more: a bend the same on all sides.

    `means` are those of the subsets in SDs over the examples, from that centre; (subsets, indicators).
    """
    return _added(variant, np.sum(means**2, axis=1))


def _added(variant: Variant, column: Floats) -> dict[str, float]:
    """The F-test of one more column, (subsets,); `slope` is what it adds to the log loss per unit."""
    result = least_squares(replace(variant.design, x=np.column_stack([variant.design.x, column])))
    return {
        "slope": float(result.params[-1]),
        "f": float(result.tvalues[-1] ** 2),
        "denominator_degrees": float(result.df_resid),
        "p_value": float(result.pvalues[-1]),
    }


def main() -> None:
    """Read the results of the run of each design, write the comparison."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=Path, nargs="+", required=True, help="folders of results; the first is compared")
    parser.add_argument("--names", nargs="+", help="of the designs; those of the folders that hold the results if none")
    parser.add_argument("--model", help="which base model, where a run has several")
    parser.add_argument("--confidence", type=float, default=0.95)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--table", type=Path, required=True)
    arguments = parser.parse_args()
    names = arguments.names or [name_of(folder) for folder in arguments.runs]
    if len(names) != len(arguments.runs) or len(set(names)) < max(2, len(names)):
        parser.error(f"give two or more --runs, and a name of its own for each in --names; found {', '.join(names)}")
    runs = read_runs(arguments.runs, names, arguments.model)
    result = compare_designs(runs.tables, runs.indicators, arguments.confidence, runs.scores)
    write_json(arguments.output, result)
    write_text(arguments.table, markdown(result))
    print("\n".join(sentences(result)))


if __name__ == "__main__":
    main()
