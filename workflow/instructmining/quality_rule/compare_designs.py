"""Sampling designs side by side: how sure each makes the coefficients, and what each costs in lack of fit.

    python -m instructmining.quality_rule.compare_designs --names fused tilted \\
        --observations fused/observations.parquet tilted/observations.parquet \\
        --scores results/indicators/candidates/scores.parquet --output designs.json --table designs.md
    python -m instructmining.report.figures designs --designs designs.json --output designs.svg --table designs.csv

The first design is the one that the others are compared with. A standard error per unit of noise depends on the
indicators of the subsets alone; the noise, which a design changes where it leaves the range in which the log loss is
linear, is in the variance ratio `with_noise`.
"""

import argparse
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from instructmining.files import read_table, write_json, write_text
from instructmining.indicators.tables import SCORES
from instructmining.quality_rule.designs_table import markdown, sentences
from instructmining.quality_rule.noise import lack_of_fit
from instructmining.quality_rule.observations import indicator_names, observations_schema
from instructmining.quality_rule.pilot import measure
from instructmining.quality_rule.regression import Design, least_squares, r_squared, rank_correlation
from instructmining.quality_rule.resample import RESAMPLES, middle
from instructmining.quality_rule.rule import Floats
from instructmining.quality_rule.variants import (
    Variant,
    coefficients,
    differences,
    equal_coefficients,
    fit_variants,
    transfers,
)


@dataclass(frozen=True)
class Saving:
    """How many times fewer fine-tunes than the first design give the same certainty."""

    design: str
    instead_of: str
    per_indicator: dict[str, float]
    """Ratio of the variances of each coefficient, the noise being equal."""
    ratio: float
    """Their geometric mean."""
    low: float | None
    high: float | None
    """Bootstrap interval of that mean over the subsets of both designs; None where they are too few."""
    with_noise: float
    """The same times the ratio of the residual variances that were found: what counts."""


def compare_designs(
    tables: dict[str, pa.Table], indicators: Sequence[str], confidence: float, scores: pa.Table | None = None
) -> dict[str, Any]:
    """All that is measured, as one JSON value; raises ValueError where a design cannot be fitted.

    Coefficients are per SD of the indicator over the examples of `scores`, or else over subsets of the first design.
    """
    variants, left_out = fit_variants(tables, indicators)
    units, unit = _units(variants[0].design, scores)
    first, *others = variants
    return {
        "confidence": confidence,
        "unit": unit,
        "units": dict(zip(first.design.indicators, units.tolist(), strict=True)),
        "left_out": left_out,
        "designs": [describe(variant, len(tables[variant.name]), units, confidence) for variant in variants],
        "savings": [asdict(saving(first.name, first.design, other, confidence)) for other in others],
        "predictions": [asdict(row) for row in transfers(variants, confidence)],
        "equal_coefficients": asdict(equal_coefficients(variants)),
        "differences": {
            other.name: [asdict(row) for row in differences(other, first, units, confidence)] for other in others
        },
    }


def _units(design: Design, scores: pa.Table | None) -> tuple[Floats, str]:
    """One SD of each indicator, (indicators,), and of what it is the SD."""
    if scores is None:
        return design.x.std(axis=0, ddof=1), "SD over the subsets of the first design"
    missing = [name for name in design.indicators if name not in scores.column_names]
    if missing:
        raise ValueError(f"the scores have no column {missing[0]!r}; found {', '.join(scores.column_names)}")
    spread = [np.std(scores[name].to_numpy(), ddof=1) for name in design.indicators]
    return np.array(spread, np.float64), "SD over the examples"


def describe(variant: Variant, observations: int, units: Floats, confidence: float) -> dict[str, Any]:
    """One design by itself."""
    design, pilot = variant.design, measure(variant.design)
    errors = unit_errors(design, units)
    misfit = lack_of_fit(design, variant.result.fittedvalues)
    return {
        "design": variant.name,
        "subsets": len(design.subsets),
        "observations": observations,
        "residual_sd": float(np.sqrt(pilot.noise(1))),
        "noise_sd": None if pilot.within is None else float(np.sqrt(pilot.within)),
        "unit_errors": dict(zip(design.indicators, errors.tolist(), strict=True)),
        "mean_unit_error": float(errors.mean()),
        "coefficients": [asdict(row) for row in coefficients(variant.result, design.indicators, units, confidence)],
        "loo_r2": r_squared(design.y, variant.left_out, design.weights),
        "loo_spearman": rank_correlation(variant.left_out, design.y),
        "lack_of_fit": asdict(misfit) if misfit else None,
        "curvature": curvature(variant),
    }


def unit_errors(design: Design, units: Floats) -> Floats:
    """Standard error of each coefficient were the noise 1: roots of the diagonal of (X'X)^-1, X centred; (indicators,).

    A subset counts once, whatever its seeds.
    """
    centred = (design.x - design.x.mean(axis=0)) / units
    errors: Floats = np.sqrt(np.diag(np.linalg.inv(centred.T @ centred)))
    return errors


def curvature(variant: Variant) -> dict[str, float]:
    """Whether the square of the prediction explains more, which needs no replicates (RESET: Ramsey 1969)."""
    design, fitted = variant.design, variant.result.fittedvalues
    square = (fitted - fitted.mean())[:, None] ** 2
    result = least_squares(replace(design, x=np.column_stack([design.x, square])))
    degrees = float(result.df_resid)
    return {"f": float(result.tvalues[-1] ** 2), "denominator_degrees": degrees, "p_value": float(result.pvalues[-1])}


def saving(name: str, first: Design, other: Variant, confidence: float) -> Saving:
    """The saving of one design over the first, with its interval."""
    ratios = coefficient_variances(first.x) / coefficient_variances(other.design.x)
    ratio = float(_geometric_mean(ratios))
    low, high = _interval(first.x, other.design.x, confidence)
    noise = measure(first).noise(1) / measure(other.design).noise(1)
    per_indicator = dict(zip(first.indicators, ratios.tolist(), strict=True))
    return Saving(other.name, name, per_indicator, ratio, low, high, ratio * noise)


def coefficient_variances(x: Floats) -> Floats:
    """Variance of each coefficient per unit of noise in a design of many subsets, times their number.

    The diagonal of the inverse of the covariances, without the bias of few subsets (see `Pilot.unit_variance`);
    (..., subsets, indicators) -> (..., indicators).
    """
    subsets, count = x.shape[-2:]
    centred = x - x.mean(axis=-2, keepdims=True)
    inverse = np.linalg.inv(centred.swapaxes(-1, -2) @ centred)
    variances: Floats = np.diagonal(inverse, axis1=-2, axis2=-1) * (subsets - count - 2)
    return variances


def _geometric_mean(ratios: Floats) -> Floats:
    """(..., indicators) -> (...)."""
    mean: Floats = np.exp(np.mean(np.log(ratios), axis=-1))
    return mean


def _interval(first: Floats, other: Floats, confidence: float) -> tuple[float, float] | tuple[None, None]:
    """Percentile bootstrap interval of the mean ratio, the subsets of both designs resampled."""
    generator = np.random.default_rng(0)
    before, after = (_resamples(x, generator) for x in (first, other))
    enough = min(len(before), len(after))
    if enough < RESAMPLES // 2:
        return None, None
    ratios = coefficient_variances(before[:enough]) / coefficient_variances(after[:enough])
    return middle(_geometric_mean(ratios), confidence)


def _resamples(x: Floats, generator: np.random.Generator) -> Floats:
    """Draws of as many rows, with replacement, less those with too few different rows to be inverted.

    (subsets, indicators) -> (resamples, subsets, indicators)
    """
    rows = generator.integers(len(x), size=(2 * RESAMPLES, len(x)))
    different = np.array([len(np.unique(drawn)) for drawn in rows])
    drawn: Floats = x[rows[different > x.shape[1] + 1][:RESAMPLES]]
    return drawn


def main() -> None:
    """Read the observations of each design, write the comparison."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--observations", type=Path, nargs="+", required=True)
    parser.add_argument("--names", nargs="+", required=True)
    parser.add_argument("--indicators", nargs="+", help="all in the observations if not given")
    parser.add_argument("--scores", type=Path, help="of the candidates: units are then SDs over the examples")
    parser.add_argument("--confidence", type=float, default=0.95)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--table", type=Path, required=True)
    arguments = parser.parse_args()
    if len(arguments.names) != len(arguments.observations) or len(set(arguments.names)) < max(2, len(arguments.names)):
        parser.error("give two or more --observations, and a name of its own for each in --names")
    paths = dict(zip(arguments.names, arguments.observations, strict=True))
    tables = {name: read_table(path, observations_schema([])) for name, path in paths.items()}
    scores = read_table(arguments.scores, SCORES) if arguments.scores else None
    names = arguments.indicators or indicator_names(next(iter(tables.values())))
    result = compare_designs(tables, names, arguments.confidence, scores)
    write_json(arguments.output, result)
    write_text(arguments.table, markdown(result))
    print("\n".join(sentences(result)))


if __name__ == "__main__":
    main()
