"""How often the interval of a prediction for a selection holds its loss, and how often a true rule is refuted.

Rules are fitted to 24 mixtures of five sources, eight of them on three seeds, and tried on six choices: some like the
subsets, some that lie as far from all of them as selections do. A table goes to the terminal.

    python benchmarks/coverage/validation.py --worlds 1000
"""

import argparse
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from regression import INDICATORS, RULE, SEEDS, SUBSETS, WORLDS, mixtures
from rich.console import Console
from rich.table import Table

from instructmining.arrays import Floats
from instructmining.holm import holm
from instructmining.quality_rule.fit import fit_rule
from instructmining.quality_rule.observations import observations_schema
from instructmining.quality_rule.rule import QualityRule
from instructmining.quality_rule.settings import QualityRuleSettings
from instructmining.validation.predict import predict_set

CHOICES, LEVEL = 6, 0.95
NAMES = [f"i{number}" for number in range(INDICATORS)]
AWAY = {"like subsets": 1.0, "like selections": 4.0}
"""How many times as far from the mean of the subsets as these are."""
BENDS = {"linear": 0.0, "bent": 0.002}
"""How much the log loss bends: what it gains with the square of the distance, which no rule has."""


def fitted(x: Floats, losses: list[Floats]) -> QualityRule:
    """The rule of subsets with these means, (subsets, indicators), and the log losses of their seeds."""
    rows = [(number, seed) for number, values in enumerate(losses) for seed in range(len(values))]
    table = pa.Table.from_pylist(
        [
            {
                "model": "tiny",
                "subset": f"{number:03}",
                "seed": seed,
                "loss": float(np.exp(losses[number][seed])),
                "log_loss": float(losses[number][seed]),
                "sources": {"a": 1},
                "made_with": {},
                **dict(zip(NAMES, x[number].tolist(), strict=True)),
            }
            for number, seed in rows
        ],
        schema=observations_schema(NAMES),
    )
    return fit_rule(table, NAMES, QualityRuleSettings(repeats=1), {}).rule


def one_world(world: int, between: float, noise: float, away: float, bend: float, seeds: int) -> tuple[float, bool]:
    """The share of the intervals that hold the mean loss of a choice, and whether the rule is refuted."""
    generator = np.random.default_rng([9, world])
    x = mixtures(generator, SUBSETS + CHOICES)
    centre = x.mean(axis=0)
    x[SUBSETS:] = centre + away * (x[SUBSETS:] - centre)
    level = 1 + x @ RULE + bend * np.sum((x - centre) ** 2, axis=1) + between * generator.normal(size=len(x))
    counts = [*SEEDS, *[seeds] * CHOICES]
    losses = [value + noise * generator.normal(size=count) for value, count in zip(level, counts, strict=True)]
    rule = fitted(x[:SUBSETS], losses[:SUBSETS])
    inside, p_values = [], []
    for means, values in zip(x[SUBSETS:], losses[SUBSETS:], strict=True):
        prediction = predict_set(rule, pa.table({name: [mean] for name, mean in zip(NAMES, means, strict=True)}), seeds)
        low, high = prediction.interval(LEVEL)
        inside.append(low <= values.mean() <= high)
        p_values.append(prediction.p_value(float(values.mean())))
    return float(np.mean(inside)), bool(min(holm(p_values)) < 1 - LEVEL)


def rows(worlds: int) -> Iterator[tuple[str, float, float]]:
    """What was measured: the setting, the coverage, and the share of worlds in which the rule is refuted."""
    for name, (between, noise) in WORLDS.items():
        for place, away in AWAY.items():
            for shape, bend in BENDS.items():
                for seeds in (1, 3):
                    found = [one_world(world, between, noise, away, bend, seeds) for world in range(worlds)]
                    inside, refuted = np.mean(found, axis=0)
                    yield f"{name}, {place}, {shape}, {seeds} seeds", float(inside), float(refuted)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worlds", type=int, default=1000)
    table = Table("setting", "covers", "refuted", box=None)
    for setting, inside, refuted in rows(parser.parse_args().worlds):
        table.add_row(setting, f"{inside:.3f}", f"{refuted:.3f}")
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
