"""How often the intervals around a rule hold the truth, in simulated worlds of 24 subsets and six indicators.

Subsets are mixtures of five sources, 64 examples each, and eight of them are tuned on with three seeds, as in
config/public-data.yaml. A table of shares goes to the terminal; a share of 0.95 is what the intervals say.

    python benchmarks/coverage/regression.py --worlds 1000
"""

import argparse
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
from rich.console import Console
from rich.table import Table
from scipy import stats

from instructmining.arrays import Floats
from instructmining.quality_rule.across.compare import agreement
from instructmining.quality_rule.across.result import RuleAgreement
from instructmining.quality_rule.across.variants import Variant
from instructmining.quality_rule.evidence.assess import assess
from instructmining.quality_rule.regression.bootstrap import interval_over_groups
from instructmining.quality_rule.regression.least_squares import Design, least_squares
from instructmining.quality_rule.regression.ranks import spearman
from instructmining.quality_rule.regression.weights import weigh
from instructmining.quality_rule.settings import FitKind, QualityRuleSettings, fewest_subsets

SUBSETS, INDICATORS, SOURCES, EXAMPLES = 24, 6, 5, 64
SEEDS = np.where(np.arange(SUBSETS) < 8, 3, 1)
RULE = 0.01 * np.array([1.0, -0.75, 0.75, 0.0, 0.5, 0.0])
OTHER = 0.01 * np.array([0.75, 1.0, 0.0, 0.75, 0.0, 0.5])
WORLDS = {"no lack of fit": (0.0, 0.003), "as measured": (0.0033, 0.0028), "lack of fit dominates": (0.01, 0.002)}
"""SD of the log loss between subsets about the rule, and between seeds."""
Row = tuple[str, dict[str, float]]


def mixtures(generator: np.random.Generator, subsets: int = SUBSETS) -> Floats:
    """Means of the indicators of fused subsets; (subsets, INDICATORS)."""
    sources = generator.normal(size=(SOURCES, INDICATORS))
    shares = generator.dirichlet(np.ones(SOURCES), subsets)
    counts = np.array([generator.multinomial(EXAMPLES, share) for share in shares])
    noise = generator.normal(size=(subsets, INDICATORS)) / np.sqrt(EXAMPLES)
    return np.asarray(counts / EXAMPLES @ sources + noise)


def simulated(x: Floats, y: Floats, noise: float, seeds: Floats, generator: np.random.Generator) -> Design:
    """The design of subsets with these indicators and log losses, tuned on with noise."""
    losses = [level + noise * generator.normal(size=int(count)) for level, count in zip(y, seeds, strict=True)]
    within = np.array([np.sum((values - values.mean()) ** 2) for values in losses])
    count = len(y)
    return Design(
        subsets=tuple(f"{number:03}" for number in range(count)),
        indicators=tuple(f"i{number}" for number in range(x.shape[1])),
        x=x,
        y=np.array([values.mean() for values in losses]),
        seeds=seeds.astype(float),
        weights=seeds.astype(float),
        within=within,
        sources=({"a": 1},) * count,
    )


def coefficient_coverage(worlds: int) -> Iterator[Row]:
    """Intervals of the coefficients by kind of fit, and their width beside that of `ols`."""
    kinds: tuple[FitKind, ...] = ("ols", "weighted_means", "auto")
    for name, (between, noise) in WORLDS.items():
        found = np.array([[_one_fit(world, between, noise, kind) for kind in kinds] for world in range(worlds)])
        inside, width = found[..., 0].mean(axis=0), np.exp(found[..., 1].mean(axis=0))
        for kind, share, size in zip(kinds, inside, width / width[0], strict=True):
            yield f"coefficients, {name}, {kind}", {"covers": share, "width / ols": size}


def _one_fit(world: int, between: float, noise: float, kind: FitKind) -> tuple[float, float]:
    """Share of the intervals that hold their coefficient, and the mean of the logs of their widths."""
    generator = np.random.default_rng([7, world])
    x = mixtures(generator)
    design = simulated(x, 1 + x @ RULE + between * generator.normal(size=SUBSETS), noise, SEEDS, generator)
    low, high = least_squares(weigh(design, kind)[0]).conf_int(0.05)[1:].T
    return float(np.mean((low <= RULE) & (high >= RULE))), float(np.mean(np.log(high - low)))


def agreement_coverage(worlds: int) -> Iterator[Row]:
    """The interval of the agreement of two rules; where a rule is nothing but noise, the truth is taken as zero."""
    null = 0 * RULE
    cases = {
        "two rules of noise": (null, null, 0.004, 0.0),
        "noise, and the same draw of examples": (null, null, 0.002, 0.004),
        "a rule and noise": (RULE, null, 0.004, 0.0),
        "the same rule": (RULE, RULE, 0.004, 0.0),
        "the same rule, three times the noise": (RULE, RULE, 0.012, 0.0),
        "opposite rules": (RULE, -RULE, 0.004, 0.0),
        "different rules": (RULE, OTHER, 0.004, 0.0),
    }
    for name, case in cases.items():
        rows = [_one_agreement(world, *case) for world in range(worlds)]
        inside = [row.low <= truth + 1e-9 and truth - 1e-9 <= row.high for row, truth in rows]
        excludes = [row.low > 0 or row.high < 0 for row, _ in rows]
        yield f"agreement, {name}", {"covers": float(np.mean(inside)), "excludes 0": float(np.mean(excludes))}


def _one_agreement(world: int, a: Floats, b: Floats, noise: float, shared: float) -> tuple[RuleAgreement, float]:
    generator = np.random.default_rng([2, world])
    x, ones = mixtures(generator), np.ones(SUBSETS)
    together = shared * generator.normal(size=SUBSETS)
    designs = [simulated(x, 1 + x @ rule + together, noise, ones, generator) for rule in (a, b)]
    one, other = (
        Variant(name, design, least_squares(design), design.y) for name, design in zip("ab", designs, strict=True)
    )
    truth = spearman(x @ a, x @ b) if a.any() and b.any() else 0.0
    return agreement(one, other, x, 0.95), truth


def narrow_in_noise(worlds: int) -> Iterator[Row]:
    """How often prediction intervals are called too narrow with the fewest subsets, in pure noise."""
    for folds in (2, 5):
        count = fewest_subsets(INDICATORS, folds)
        settings = QualityRuleSettings(folds=folds)
        warned = [_calibration_warns(world, count, settings) for world in range(worlds)]
        yield f"{count} subsets in {folds} folds: intervals called too narrow", {"share": float(np.mean(warned))}


def _calibration_warns(world: int, count: int, settings: QualityRuleSettings) -> bool:
    import pyarrow as pa

    generator = np.random.default_rng([3, world])
    x, ones = generator.normal(size=(count, INDICATORS)), np.ones(count)
    design = replace(simulated(x, ones, 0.01, ones, generator), sources=({},) * count)
    checks = assess(design, pa.table({"subset": list(design.subsets)}), settings, 0).checks
    return next(check.warns for check in checks if check.name == "calibration")


def prompt_coverage(worlds: int) -> Iterator[Row]:
    """Intervals over prompts: of the share of pairs in which people agree, two pairs a prompt that are alike."""
    for prompts in (10, 12, 20, 40, 126):
        inside = []
        for world in range(worlds):
            generator = np.random.default_rng([5, prompts, world])
            level = stats.norm.cdf(0.3 + 0.5 * generator.normal(size=prompts)).repeat(2)
            agrees = (generator.random(2 * prompts) < level).astype(float)
            low, high = interval_over_groups(_mean_of(agrees), np.arange(prompts).repeat(2), 0.95)
            inside.append(low <= stats.norm.cdf(0.3 / np.sqrt(1.25)) <= high)
        yield f"over {prompts} prompts", {"covers": float(np.mean(inside))}


def _mean_of(values: Floats) -> Callable[..., float]:
    return lambda rows, number: float(values[rows].mean())


def coverages(worlds: int) -> Iterator[Row]:
    """All rows; the slower ones of fewer worlds."""
    yield from coefficient_coverage(worlds)
    yield from agreement_coverage(worlds // 3)
    yield from narrow_in_noise(worlds // 10)
    yield from prompt_coverage(worlds // 3)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worlds", type=int, default=1000, help="simulated runs; a third or a tenth of them for some")
    table = Table("interval", "what was found", box=None)
    for name, numbers in coverages(parser.parse_args().worlds):
        table.add_row(name, ", ".join(f"{key} {value:.3f}" for key, value in numbers.items()))
    Console(highlight=False).print(table)


if __name__ == "__main__":
    main()
