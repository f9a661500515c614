"""How often the intervals about a rule contain the truth, and how often its tests and verdicts are right.

Whole fits are made to simulated losses of subsets whose truth is known: 24 subsets of 64 examples, six indicators, five
sources, the first eight subsets on three seeds, as in docs/results.md. In log loss, 0.0033 is the SD between subsets
about the truth and 0.0028 that between seeds, as measured there.

    python benchmarks/coverage/evidence.py --runs 200
    python benchmarks/coverage/evidence.py --runs 200 --fit auto --effects within --worlds "sources alone" rule

The first table has the intervals and tests that are printed, the second intervals of held-out figures that were tried
and are not printed.
"""

import argparse
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from typing import get_args

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from scipy import stats

from instructmining.quality_rule.fit import fit_rule
from instructmining.quality_rule.observations import observations_schema
from instructmining.quality_rule.regression.bootstrap import r_squared_interval, spearman_interval
from instructmining.quality_rule.regression.least_squares import Design, make_design, with_constant
from instructmining.quality_rule.settings import Effects, FitKind, QualityRuleSettings

Floats = NDArray[np.float64]
LEVEL, EXAMPLES, NEW = 0.95, 64, 2000
BETWEEN, WITHIN = 0.0033, 0.0028
RULE = 2.5 * np.array([0.004, -0.003, 0.003, 0.0, 0.002, 0.0])
NAMES = [f"i{number}" for number in range(len(RULE))]


@dataclass(frozen=True)
class World:
    """A truth to simulate."""

    name: str
    rule: float = 0.0
    """Times RULE; 1 gives an R2 of about 0.45 on new subsets."""
    effects: float = 0.0
    """SD of what a source itself adds to the log loss."""
    between: float = BETWEEN
    uneven: float = 0.0
    """How much the noise differs along some direction of the indicators: SD of its logarithm."""
    sources: int = 5
    subsets: int = 24
    mixed: bool = True
    """Whether subsets are mixtures of sources, or of one each."""


WORLDS = [
    World("noise"),
    World("noise, uneven", uneven=0.9),
    World("rule", rule=1.0),
    World("rule, seeds alone differ", rule=1.0, between=0.0),
    World("rule, uneven noise", rule=1.0, uneven=0.9),
    World("rule, lack of fit", rule=2.0, between=0.01),
    World("sources alone", effects=0.02),
    World("sources alone, 12 subsets", effects=0.02, subsets=12),
    World("rule and sources, 48 subsets", rule=2.0, effects=0.02, subsets=48),
    World("5 single sources alone", effects=0.02, mixed=False),
    World("12 single sources alone", effects=0.02, sources=12, subsets=48, mixed=False),
    World("12 single sources, rule", rule=1.0, sources=12, subsets=48, mixed=False),
]


@dataclass(frozen=True)
class Simulated:
    """Observations, and new subsets of the same truth."""

    observations: pa.Table
    new_x: Floats  # (NEW, indicators)
    new_y: Floats  # (NEW,)


def simulate(world: World, seed: int) -> Simulated:
    """One experiment."""
    rng = np.random.default_rng([world.subsets, world.sources, seed])
    centres, effects = rng.normal(size=(world.sources, len(RULE))), world.effects * rng.normal(size=world.sources)
    direction = rng.normal(size=len(RULE))
    counts, x, mean = draw(world, world.subsets, centres, effects, rng)
    _, new_x, new_mean = draw(world, NEW, centres, effects, rng)
    spread = np.std(x @ direction)
    seeds = np.where(np.arange(world.subsets) < 8, 3, 1)
    rows = np.repeat(np.arange(world.subsets), seeds)
    level = mean + noise(world, x @ direction / spread, rng)
    y = level[rows] + WITHIN * rng.normal(size=len(rows))
    new_y = new_mean + noise(world, new_x @ direction / spread, rng) + WITHIN * rng.normal(size=NEW)
    return Simulated(to_table(rows, y, x, counts), new_x, new_y)


def draw(
    world: World, subsets: int, centres: Floats, effects: Floats, rng: np.random.Generator
) -> tuple[NDArray[np.int64], Floats, Floats]:
    """Examples by source, means of the indicators, and true log losses of some subsets."""
    single = np.eye(world.sources)[np.arange(subsets) % world.sources]
    drawn = rng.dirichlet(np.ones(world.sources), subsets) if world.mixed else single
    counts = np.array([rng.multinomial(EXAMPLES, shares) for shares in drawn])
    shares = counts / EXAMPLES
    x = shares @ centres + rng.normal(size=(subsets, len(RULE))) / np.sqrt(EXAMPLES)
    return counts, x, x @ (world.rule * RULE) + shares @ effects


def noise(world: World, along: Floats, rng: np.random.Generator) -> Floats:
    """What a subset's log loss differs from the truth, with every seed."""
    spread: Floats = world.between * np.exp(world.uneven * along - world.uneven**2)
    return spread * rng.normal(size=len(along))


def to_table(rows: NDArray[np.int64], y: Floats, x: Floats, counts: NDArray[np.int64]) -> pa.Table:
    """The observations: a row for each subset and seed."""
    sources = [{f"s{i}": int(count) for i, count in enumerate(each) if count} for each in counts]
    columns = {
        "model": ["simulated"] * len(rows),
        "subset": [f"{row:03}" for row in rows],
        "seed": [int(np.sum(rows[:i] == row)) for i, row in enumerate(rows)],
        "loss": np.exp(1 + y),
        "log_loss": 1 + y,
        "sources": [sources[row] for row in rows],
        "made_with": [{"torch": "any"}] * len(rows),
        **dict(zip(NAMES, x[rows].T, strict=True)),
    }
    return pa.table(columns, schema=observations_schema(NAMES))


def measured(
    world: World, simulated: Simulated, seed: int, settings: QualityRuleSettings
) -> Iterator[tuple[str, float | None]]:
    """What is printed: whether it contains the truth, whether a test rejects, whether a sentence is said."""
    fit = fit_rule(simulated.observations, NAMES, settings, {}, seed)
    rule, found = fit.rule, fit.diagnostics
    yield "prediction interval, held out", rule.held_out[0].coverage
    if found.noise and not world.uneven:
        yield "SD between seeds", found.noise.sd_low <= WITHIN <= found.noise.sd_high
    if found.noise and world.name == "noise":
        yield "reachable R2", found.noise.reachable_low <= reachable(world) <= found.noise.reachable_high
    yield "permutation test of the order", found.order_p_value <= 1 - LEVEL
    for row in rule.held_out:
        if row.added is not None:
            yield f"indicators add to {row.name} (F)", row.added_to(LEVEL)
    warns = {check.name: check.warns for check in rule.checks}
    for name in ("lack of fit", "heteroscedasticity", "normality", "calibration"):
        yield f"warning at 0.01: {name}", warns[name]
    inside = [term.low <= world.rule * truth <= term.high for term, truth in zip(rule.slopes, RULE, strict=True)]
    if inside:
        yield "slopes of the indicators", float(np.mean(inside))
    if "across sources" in warns:
        yield "predicts the subsets of a source left out", not warns["across sources"]
    yield "verdict: puts subsets in order", rule.verdict.startswith("Puts")
    yield "verdict: and adds to the shares", "and the indicators add" in rule.verdict


def reachable(world: World) -> float:
    """Share of the variance of the subsets' weighted means that is not noise, without rule and sources."""
    seeds = np.where(np.arange(world.subsets) < 8, 3.0, 1.0)
    typical = (seeds.sum() - (seeds**2).sum() / seeds.sum()) / (world.subsets - 1)
    return float(typical * world.between**2 / (WITHIN**2 + typical * world.between**2))


def not_printed(
    world: World, simulated: Simulated, seed: int, _: QualityRuleSettings
) -> Iterator[tuple[str, float | None]]:
    """Whether intervals of held-out figures contain those of this rule on new subsets; and how wide they are."""
    design = make_design(simulated.observations, NAMES)
    x, weights = with_constant(design.x), np.sqrt(design.weights)
    coefficients = np.linalg.lstsq(x * weights[:, None], design.y * weights, rcond=None)[0]
    predicted, truth = with_constant(simulated.new_x) @ coefficients, 1 + simulated.new_y
    spread = np.var(truth)
    r2 = 1 - float(np.mean((truth - predicted) ** 2)) / spread
    left_out = np.array([without(design, np.arange(len(design.y)) == i)[0] for i in range(len(design.y))])
    low, high = r_squared_interval(design.y, left_out, design.weights, LEVEL)
    yield "leave-one-out R2, bootstrap of subsets", low <= r2 <= high
    yield "  it lies above zero", low > 0
    low, high = spearman_interval(left_out, design.y, LEVEL)
    yield "leave-one-out Spearman, bootstrap of subsets", low <= float(stats.spearmanr(predicted, truth)[0]) <= high
    gain = float(np.mean((truth - design.y.mean()) ** 2 - (truth - predicted) ** 2))
    middle, half = nested(design, np.random.default_rng(seed))
    yield "gain over the mean, nested cross-validation", abs(middle - gain) <= half
    yield "  its half width, in R2", half / spread


def without(design: Design, left_out: NDArray[np.bool_], fitted: NDArray[np.bool_] | None = None) -> Floats:
    """Predictions of some subsets by a fit to the others, or to those given."""
    keep = ~left_out if fitted is None else fitted
    root, x = np.sqrt(design.weights[keep]), with_constant(design.x)
    return x[left_out] @ np.linalg.lstsq(x[keep] * root[:, None], design.y[keep] * root, rcond=None)[0]


def nested(design: Design, rng: np.random.Generator, folds: int = 5, repeats: int = 40) -> tuple[float, float]:
    """Middle and half width of nested cross-validation of the gain over the mean (Bates, Hastie, Tibshirani 2024)."""
    count, mean = len(design.y), design.keep([])

    def gains(left_out: NDArray[np.bool_], fitted: NDArray[np.bool_]) -> Floats:
        by_mean, by_rule = (without(one, left_out, fitted) - design.y[left_out] for one in (mean, design))
        return np.asarray(by_mean**2 - by_rule**2)

    outer, inner, squares, variances = [], [], [], []
    for _ in range(repeats):
        division = rng.permutation(count) % folds
        for fold in range(folds):
            out = division == fold
            own = gains(out, ~out)
            others = [gains(division == other, ~out & (division != other)) for other in range(folds) if other != fold]
            within = float(np.concatenate(others).mean())
            outer.append(float(own.mean()))
            inner.append(within)
            squares.append((within - outer[-1]) ** 2)
            variances.append(float(own.var(ddof=1)) / len(own))
    naive = naive_error(gains, count, folds)
    error = np.sqrt(max(0.0, (folds - 1) / folds * (np.mean(squares) - np.mean(variances))))
    bias = (1 + (folds - 2) / folds) * (np.mean(inner) - np.mean(outer))
    half = stats.t.ppf((1 + LEVEL) / 2, count - 1) * min(max(error, naive), np.sqrt(folds) * naive)
    return float(np.mean(inner) - bias), float(half)


def naive_error(gains: Callable[..., Floats], count: int, folds: int) -> float:
    """Standard error as if all subsets were predicted independently."""
    division = np.arange(count) % folds
    values = np.concatenate([gains(division == fold, division != fold) for fold in range(folds)])
    return float(values.std(ddof=1) / np.sqrt(count))


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--fit", choices=get_args(FitKind), default="weighted_means")
    parser.add_argument("--effects", choices=get_args(Effects), default="together", help="the second table has none")
    parser.add_argument("--worlds", nargs="+", metavar="NAME", choices=[world.name for world in WORLDS])
    arguments = parser.parse_args()
    settings = QualityRuleSettings(fit=arguments.fit, effects=arguments.effects, repeats=2)
    worlds = [world for world in WORLDS if not arguments.worlds or world.name in arguments.worlds]
    plain = [world for world in worlds if world.subsets == 24 and world.mixed and settings.effects == "together"]
    tasks = [(measured, world) for world in worlds] + [(not_printed, world) for world in plain]
    found: dict[str, dict[str, dict[str, float]]] = defaultdict(dict)
    with ProcessPoolExecutor(arguments.processes) as pool:
        waiting = {
            pool.submit(rates, measure, world, arguments.runs, settings): (measure, world) for measure, world in tasks
        }
        for done in as_completed(waiting):
            measure, world = waiting[done]
            found[measure.__name__][world.name] = done.result()
            print(measure.__name__, world.name, done.result(), file=sys.stderr, flush=True)
    for title, of_worlds in found.items():
        show(title, of_worlds, arguments.runs)


def rates(
    measure: Callable[..., Iterator[tuple[str, float | None]]], world: World, runs: int, settings: QualityRuleSettings
) -> dict[str, float]:
    """The mean of everything that is measured."""
    found: dict[str, list[float]] = defaultdict(list)
    for seed in range(runs):
        for name, value in measure(world, simulate(world, seed), seed, settings):
            if value is not None:
                found[name].append(float(value))
    return {name: float(np.median(values) if "width" in name else np.mean(values)) for name, values in found.items()}


def show(title: str, found: dict[str, dict[str, float]], runs: int) -> None:
    """A row for each quantity, a column for each truth."""
    table = Table(title=f"{title.replace('_', ' ')}: shares of {runs} simulated runs", box=None, padding=(0, 1))
    table.add_column("")
    for world in found:
        table.add_column(world, justify="right", max_width=14)
    for name in dict.fromkeys(name for each in found.values() for name in each):
        table.add_row(name, *(f"{each[name]:.2f}" if name in each else "" for each in found.values()))
    Console(width=220).print(table)


if __name__ == "__main__":
    main()
