"""Compare rules across models, eval sets and seeds: the same fit to each, side by side.

    python -m instructmining.quality_rule.across.compare --names smollm2 gemma3 \\
        --observations results/quality_rule/{smollm2,gemma3}/observations.parquet \\
        --losses results/quality_rule/{smollm2,gemma3}/losses.parquet \\
        --rules results/quality_rule/{smollm2,gemma3}/rule.json --scores results/indicators/candidates/scores.parquet \\
        --output across_models.json --table across_models.md

All variants have the same indicators: those that are in any of the rules. Runs that differ in something else, such as
their epochs, are compared in the same way: give the files of each run, and a name for each.
"""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from instructmining.arrays import Floats
from instructmining.command import run_main
from instructmining.files import read_table, write_result, write_text
from instructmining.holm import holm
from instructmining.indicators.tables import SCORES
from instructmining.indicators.winsorise import Limits, winsorise
from instructmining.quality_rule.across.result import AcrossModels, RuleAgreement, Skipped, VariantComparison
from instructmining.quality_rule.across.variants import (
    Variant,
    coefficients,
    difference,
    equal_coefficients,
    fit_variants,
    pairs,
    transfers,
)
from instructmining.quality_rule.across.words import markdown, sentences
from instructmining.quality_rule.losses import EVAL_LOSSES
from instructmining.quality_rule.observations import observations_schema
from instructmining.quality_rule.regression.bootstrap import percentile_interval
from instructmining.quality_rule.regression.ranks import spearman, unit_ranks
from instructmining.quality_rule.regression.redrawn import both_ways, draw_slopes
from instructmining.quality_rule.regression.share_terms import with_sources
from instructmining.quality_rule.rule import QualityRule, read_fitted_rule
from instructmining.quality_rule.settings import CONFIDENCE

BEST = 0.1
"""Share of the examples that counts as the best."""


@dataclass(frozen=True)
class Observed:
    """What was measured of one base model, or of one run."""

    observations: pa.Table
    """Its observations."""
    losses: pa.Table
    """The loss on each eval set, with the schema EVAL_LOSSES."""


def compare_rules(
    observed: Mapping[str, Observed], indicators: Sequence[str], scores: pa.Table, confidence: float
) -> AcrossModels:
    """Models against each other where there are several, and within each model its eval sets and its seeds."""
    groups = [("models", "", {name: each.observations for name, each in observed.items()})]
    for name, each in observed.items():
        groups += [("eval sets", name, by_eval_set(each)), ("seeds", name, by_seed(each.observations))]
    comparisons, skipped = [], []
    for over, model, tables in groups:
        try:
            comparisons.append(compare(over, model, tables, indicators, scores, confidence))
        except ValueError as error:
            skipped.append(Skipped(over, model, str(error)))
    unit = "SD over the subsets"
    return AcrossModels(tuple(observed), confidence, unit, tuple(_corrected(comparisons)), tuple(skipped))


def _corrected(comparisons: Sequence[VariantComparison]) -> list[VariantComparison]:
    """Holm's (1979) correction over all tests of equal coefficients, except those that are not conclusive."""
    tests = [row.equal_coefficients for row in comparisons]
    counted = [test.p_value if test.conclusive else None for test in tests]
    count = sum(test.conclusive for test in tests)
    corrected = [
        test if p_value is None else replace(test, holm=p_value, tests=count)
        for test, p_value in zip(tests, holm(counted), strict=True)
    ]
    return [replace(row, equal_coefficients=test) for row, test in zip(comparisons, corrected, strict=True)]


def by_eval_set(observed: Observed) -> dict[str, pa.Table]:
    """The observations with the loss on one eval set alone, for each, whatever its role."""
    names = sorted(set(observed.losses["eval_set"].to_pylist()))
    return {name: _measured_on(name, observed) for name in names}


def _measured_on(eval_set: str, observed: Observed) -> pa.Table:
    """Raises ValueError for a fine-tune whose loss on the eval set is not known."""
    rows = observed.losses.filter(pc.equal(observed.losses["eval_set"], eval_set))
    keys = zip(rows["subset"].to_pylist(), rows["seed"].to_pylist(), strict=True)
    losses = dict(zip(keys, rows["loss"].to_pylist(), strict=True))
    table = observed.observations
    wanted = list(zip(table["subset"].to_pylist(), table["seed"].to_pylist(), strict=True))
    missing = [key for key in wanted if key not in losses]
    if missing:
        raise ValueError(
            f"{len(missing)} of {len(wanted)} fine-tunes have no loss on {eval_set} (first: subset, seed {missing[0]});"
            " evaluate those again, or leave the eval set out"
        )
    loss = pa.array([losses[key] for key in wanted], pa.float64())
    table = table.drop_columns(["loss", "log_loss"])
    return table.append_column("loss", loss).append_column("log_loss", pc.ln(loss))


def by_seed(observations: pa.Table) -> dict[str, pa.Table]:
    """The observations of each seed, over the subsets that were tuned on with all of them."""
    seeds = sorted(set(observations["seed"].to_pylist()))
    of_seed = {seed: observations.filter(pc.equal(observations["seed"], seed)) for seed in seeds}
    common = set.intersection(*(set(table["subset"].to_pylist()) for table in of_seed.values()))
    shared = pa.array(sorted(common), pa.string())
    return {f"seed {seed}": table.filter(pc.is_in(table["subset"], shared)) for seed, table in of_seed.items()}


def compare(
    over: str,
    model: str,
    tables: Mapping[str, pa.Table],
    indicators: Sequence[str],
    scores: pa.Table,
    confidence: float,
) -> VariantComparison:
    """One set of variants side by side; raises ValueError where there are not two, or one cannot be fitted."""
    if len(tables) < 2:
        raise ValueError(f"there is only one, {', '.join(tables)}")
    variants, left_out = fit_variants(tables, indicators)
    design = variants[0].design
    units = design.x.std(axis=0, ddof=1)
    scores = with_sources(scores, design.indicators)
    examples = np.column_stack([scores[name].to_numpy() for name in design.indicators])
    return VariantComparison(
        over=over,
        model=model,
        variants=tuple(tables),
        subsets=len(design.subsets),
        left_out=left_out,
        coefficients={
            variant.name: tuple(coefficients(variant.result, design.indicators, units, confidence))
            for variant in variants
        },
        equal_coefficients=equal_coefficients(variants),
        differences=tuple(difference(a, b, units, confidence) for a, b in pairs(variants)),
        agreement=tuple(agreement(a, b, examples, confidence) for a, b in pairs(variants)),
        transfers=tuple(transfers(variants, confidence)),
    )


def agreement(a: Variant, b: Variant, examples: Floats, confidence: float) -> RuleAgreement:
    """How far two rules agree on the order of the subsets and of `examples`, (examples, indicators)."""
    subsets = a.predict(a.design.x), b.predict(a.design.x)
    orders = a.predict(examples), b.predict(examples)
    found = spearman(*subsets)
    low, high = both_ways(found, *_redrawn_agreement(a, b, confidence), least=-1, most=1)
    return RuleAgreement(a.name, b.name, found, low, high, spearman(*orders), _best_in_both(*orders))


def _redrawn_agreement(a: Variant, b: Variant, confidence: float) -> tuple[float, float]:
    """The middle of Spearman's rho of rules whose coefficients are drawn anew.

    They are drawn independently also where both rules have the same subsets: what the draw of examples does to both
    losses is noise that the rules share, and no agreement about quality.
    """
    generator = np.random.default_rng(0)
    x = a.design.x - a.design.x.mean(axis=0)
    ranks = [
        unit_ranks(draw_slopes(fit.params[1:], fit.cov_params()[1:, 1:], fit.df_resid, generator) @ x.T)
        for fit in (a.result, b.result)
    ]
    return percentile_interval(np.sum(ranks[0] * ranks[1], axis=-1), confidence)


def _best_in_both(first: Floats, second: Floats) -> float:
    """The share of the best that two predictions have in common; lower is better."""
    count = max(1, round(BEST * len(first)))
    best = [set(np.argsort(predicted, kind="stable")[:count].tolist()) for predicted in (first, second)]
    return len(best[0] & best[1]) / count


def indicators_of(rules: Sequence[QualityRule]) -> list[str]:
    """The indicators that are in any of the rules, in order of appearance."""
    return list(dict.fromkeys(name for rule in rules for name in rule.indicators))


def limits_of_rules(rules: Sequence[QualityRule]) -> dict[str, Limits]:
    """The limits that scores are held within; they are of the candidates, so the same in all rules of a run."""
    return {term.indicator: term.winsorised for rule in rules for term in rule.terms if term.winsorised}


def main() -> None:
    """Read what was observed of each model, write the comparison."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for given in ("--observations", "--losses", "--rules"):
        parser.add_argument(given, type=Path, nargs="+", required=True)
    parser.add_argument("--names", nargs="+", required=True)
    parser.add_argument("--scores", type=Path, required=True, help="of the candidates")
    parser.add_argument("--confidence", type=float, default=CONFIDENCE)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--table", type=Path, required=True)
    arguments = parser.parse_args()
    files = zip(arguments.names, arguments.observations, arguments.losses, strict=True)
    observed = {
        name: Observed(read_table(observations, observations_schema([])), read_table(losses, EVAL_LOSSES))
        for name, observations, losses in files
    }
    rules = [read_fitted_rule(path) for path in arguments.rules]
    scores = winsorise(read_table(arguments.scores, SCORES), limits_of_rules(rules))
    result = compare_rules(observed, indicators_of(rules), scores, arguments.confidence)
    write_result(arguments.output, result)
    write_text(arguments.table, markdown(result))
    print("\n".join(sentences(result)))


if __name__ == "__main__":
    run_main(main)
