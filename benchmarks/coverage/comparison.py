"""How often the intervals of a comparison contain the truth, in simulations with known truth.

    python benchmarks/coverage/comparison.py --runs 1000

The first table has differences in loss between two arms, over seeds and test examples of 20 to 119 tokens. The true
difference is that of new seeds and new examples. SDs are in nats per token: of what a seed, and an example, adds to the
difference, and of the rest. Beside the interval that is printed are three that were tried: Student's t over seeds
alone; the variance of both with Satterthwaite's degrees of freedom; and the percentile bootstrap that resamples both.

The second table has differences between accuracies on a benchmark; arms answer the same questions, alike in four of
five. The third has win rates by a judge. All intervals are of 95 %.
"""

import argparse
from collections.abc import Callable, Sequence
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rich.box import MARKDOWN
from rich.console import Console
from rich.table import Table
from scipy import stats

from instructmining.comparison.benchmarks.gather import gap_of
from instructmining.comparison.intervals import LossDifferences, over_seeds, over_seeds_and_examples
from instructmining.comparison.judge.count import length_controlled, share

Floats = NDArray[np.float64]
Interval = tuple[float, float]
LEVEL, DIFFERENCE, SEEDS = 0.95, -0.02, (2, 3, 5)
SDS = ((0.03, 0.1, 0.05), (0.02, 0.3, 0.05), (0.02, 0.0, 0.05), (0.0, 0.05, 0.05), (0.0, 0.0, 0.05))
"""Of seeds, of examples, of the rest."""


def printed(drawn: LossDifferences) -> Interval:
    """What the comparison prints of one arm."""
    return over_seeds_and_examples([drawn]).interval(LEVEL)


def seeds_alone(drawn: LossDifferences) -> Interval:
    """Student's t, with the examples held fixed."""
    found = over_seeds(drawn.by_seed.tolist(), LEVEL)
    return found.low, found.high


def satterthwaite(drawn: LossDifferences) -> Interval:
    """The same variance, with the degrees of freedom of a sum of mean squares (Satterthwaite 1946)."""
    mean = over_seeds_and_examples([drawn])
    variance = sum(part.variance for part in mean.parts)
    degrees = variance**2 / sum(part.variance**2 / part.degrees for part in mean.parts)
    half = stats.t.ppf((1 + LEVEL) / 2, degrees) * np.sqrt(variance)
    return mean.value - half, mean.value + half


def bootstrap(drawn: LossDifferences, resamples: int = 300) -> Interval:
    """Percentiles, with seeds and examples resampled independently (Owen 2007)."""
    rng = np.random.default_rng(0)
    seeds, examples = drawn.nats.shape
    times_seed = rng.multinomial(seeds, np.full(seeds, 1 / seeds), resamples) / seeds
    times = rng.multinomial(examples, np.full(examples, 1 / examples), resamples)
    values = ((times_seed @ drawn.nats) * times).sum(axis=1) / (times @ drawn.tokens)
    low, high = np.quantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


METHODS: dict[str, Callable[[LossDifferences], Interval]] = {
    "printed": printed,
    "seeds alone": seeds_alone,
    "Satterthwaite": satterthwaite,
    "bootstrap": bootstrap,
}


def draw(rng: np.random.Generator, seeds: int, examples: int, sds: Sequence[float]) -> LossDifferences:
    """The differences of one comparison."""
    of_seed, of_example, rest = sds
    per_token = rng.normal(0, of_seed, (seeds, 1)) + rng.normal(0, of_example, examples)
    tokens = rng.integers(20, 120, examples).astype(float)
    return LossDifferences((DIFFERENCE + per_token + rng.normal(0, rest, (seeds, examples))) * tokens, tokens)


def covers(interval: Interval, truth: float) -> bool:
    """Whether an interval contains the truth."""
    return interval[0] <= truth <= interval[1]


def differences(runs: int) -> Table:
    """Coverage of the difference in loss."""
    table = make_table("Differences in loss", "SD of seeds, examples, rest", "seeds", "examples", *METHODS)
    for sds, seeds, examples in product(SDS, SEEDS, (32, 60, 500)):
        rng = np.random.default_rng([seeds, examples])
        drawn = [draw(rng, seeds, examples, sds) for _ in range(runs)]
        shares = [np.mean([covers(method(each), DIFFERENCE) for each in drawn]) for method in METHODS.values()]
        table.add_row(", ".join(map(str, sds)), str(seeds), str(examples), *(f"{value:.3f}" for value in shares))
    return table


def accuracies(rng: np.random.Generator, seeds: int, questions: int, of_seed: float) -> list[pd.DataFrame]:
    """What lm-evaluation-harness would give for two equal arms: one row per seed, for each arm."""
    easy = rng.random(questions) < 0.5
    own = rng.random((2, seeds, questions)) < 0.2
    chance = 0.5 + rng.normal(0, of_seed, (2, seeds, 1))
    right = np.where(own, rng.random((2, seeds, questions)) < chance, easy)
    return [
        pd.DataFrame({
            "seed": range(seeds), "value": arm.mean(axis=1), "questions": questions,
            "stderr": arm.std(axis=1, ddof=1) / np.sqrt(questions),
        })
        for arm in right
    ]  # fmt: skip


def benchmarks(runs: int) -> Table:
    """Coverage of the difference in accuracy, which is 0 in truth."""
    table = make_table("Benchmarks", "SD of seeds", "seeds", "questions", "printed")
    for of_seed, seeds, questions in product((0.0, 0.2), SEEDS, (100, 500)):
        rng = np.random.default_rng([seeds, questions])
        gaps = [gap_of(*accuracies(rng, seeds, questions, of_seed)) for _ in range(runs)]
        value = np.mean([covers(gap.mean.interval(LEVEL), 0) for gap in gaps])
        table.add_row(f"{0.2 * of_seed:g}", str(seeds), str(questions), f"{value:.3f}")
    return table


def verdicts(rng: np.random.Generator, prompts: int) -> pd.DataFrame:
    """Decided pairs of one seed; at equal length the arm wins 57 %, and it wins more by being longer."""
    characters = rng.normal(100, 200, prompts)
    wins = rng.random(prompts) < 1 / (1 + np.exp(-0.3 - 1.5 * np.tanh(characters / 200)))
    columns = {"value": wins.astype(float), "arm_characters": characters, "baseline_characters": 0.0}
    return pd.DataFrame({**columns, "prompt": range(prompts)})


def win_rates(runs: int) -> Table:
    """Coverage of the win rate, and of that at equal length."""
    table = make_table("A judge", "prompts", "win rate (Wilson)", "at equal length")
    many = verdicts(np.random.default_rng(0), 1_000_000)["value"].mean()
    for prompts in (12, 40, 100):
        rng = np.random.default_rng(prompts)
        drawn = [verdicts(rng, prompts) for _ in range(runs)]
        plain = [share(each["value"], each["prompt"], LEVEL) for each in drawn]
        equal = [length_controlled(each, LEVEL).win_rate for each in drawn]
        truths = (many, 1 / (1 + np.exp(-0.3)))
        columns = [
            np.mean([covers((rate.low, rate.high), truth) for rate in rates if rate])
            for rates, truth in zip((plain, equal), truths, strict=True)
        ]
        table.add_row(str(prompts), *(f"{value:.3f}" for value in columns))
    return table


def make_table(title: str, *columns: str) -> Table:
    """An empty table that Markdown understands."""
    return Table(*columns, title=title, box=MARKDOWN)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=1000, help="simulations of each row")
    runs = parser.parse_args().runs
    console = Console(width=120)
    for table in (differences, benchmarks, win_rates):
        console.print(table(runs))


if __name__ == "__main__":
    main()
