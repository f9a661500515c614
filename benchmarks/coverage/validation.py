"""How often the intervals of predictions for selections hold their losses, and how often a rule is refuted.

Rules are fitted to 24 mixtures of five sources, eight of them on three seeds, and tried on 64 of 600 unseen examples of
the same sources: the rule's own choice, random draws, and the lowest in each of four indicators. In some worlds the
log loss bends, so that no rule holds for selections. A table goes to the terminal.

    python benchmarks/coverage/validation.py --worlds 1000
"""

import argparse
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pyarrow as pa
from regression import EXAMPLES, INDICATORS, RULE, SEEDS, SOURCES, SUBSETS, WORLDS
from rich.console import Console
from rich.table import Table

from instructmining.arrays import Floats
from instructmining.holm import holm
from instructmining.quality_rule.fit import fit_rule
from instructmining.quality_rule.observations import observations_schema
from instructmining.quality_rule.rule import QualityRule
from instructmining.quality_rule.settings import QualityRuleSettings
from instructmining.validation.predict import Prediction, Sample, predict_gain, predict_set

LEVEL, POOL, SINGLE = 0.95, 600, 4
NAMES = [f"i{number}" for number in range(INDICATORS)]
BENDS = {"linear": 0.0, "bent": 0.01}
"""What the log loss gains with the square of the distance from the mean, which no rule has."""


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


def examples_of(generator: np.random.Generator, sources: Floats, counts: Floats) -> Floats:
    """Indicators of so many examples of each source; (examples, INDICATORS)."""
    means = np.repeat(sources, counts, axis=0)
    return means + generator.normal(size=means.shape)


def one_world(world: int, between: float, noise: float, bend: float, seeds: int) -> dict[str, float]:
    """What the intervals hold and what refutes the rule, as numbers from 0 to 1."""
    generator = np.random.default_rng([9, world])
    sources = generator.normal(size=(SOURCES, INDICATORS))
    shares = generator.dirichlet(np.ones(SOURCES), SUBSETS)
    subsets = [examples_of(generator, sources, generator.multinomial(EXAMPLES, share)) for share in shares]
    centre = np.mean([values.mean(axis=0) for values in subsets], axis=0)

    def tune(sets: list[Floats]) -> Floats:
        """The log losses of a fine-tune on each; what the rule misses about a set is the same for all on it."""
        missed = {id(one): between * generator.normal() for one in sets}
        means = np.array([one.mean(axis=0) for one in sets])
        bent = bend * np.sum((means - centre) ** 2, axis=1)
        level = 1 + means @ RULE + bent + [missed[id(one)] for one in sets]
        return np.asarray(level + noise * generator.normal(size=len(sets)))

    rule = fitted(
        np.array([one.mean(axis=0) for one in subsets]),
        [tune([one] * count) for one, count in zip(subsets, SEEDS, strict=True)],
    )
    pool = examples_of(generator, sources, np.full(SOURCES, POOL // SOURCES))
    best = np.argsort(rule.predict(as_table(pool)))[:EXAMPLES]
    single = [np.argsort(pool[:, number])[:EXAMPLES] for number in range(SINGLE)]
    choices = [[pool[rows]] * seeds for rows in [best, *single]]
    choices.append([pool[generator.choice(POOL, EXAMPLES, replace=False)] for _ in range(seeds)])
    losses = [tune(sets) for sets in choices]
    samples = [Sample(as_table(np.concatenate(sets)), seeds, len({id(one) for one in sets})) for sets in choices]
    samples[0] = replace(samples[0], pool=as_table(pool))
    predictions = [predict_set(rule, sample) for sample in samples]
    observed = [float(values.mean()) for values in losses]
    gain, gained = predict_gain(rule, samples[-1], samples[0]), observed[-1] - observed[0]
    refuted = min(holm([each.p_value(value) for each, value in zip(predictions, observed, strict=True)])) < 1 - LEVEL
    short = gain.p_value(gained) < 1 - LEVEL and gained < gain.value
    inside = [holds(each, value) for each, value in zip(predictions, observed, strict=True)]
    return {
        "ruled": inside[0],
        "single": float(np.mean(inside[1:-1])),
        "random": inside[-1],
        "gain": holds(gain, gained),
        "refuted by a choice": refuted,
        "by the gain": short,
        "by either": refuted or short,
        "bias": gain.value - gained,
        "predicted": gain.value,
        "gained": gained,
    }


def as_table(values: Floats) -> pa.Table:
    """The indicators of examples as a table."""
    return pa.table(dict(zip(NAMES, values.T, strict=True)))


def holds(prediction: Prediction, observed: float) -> bool:
    """Whether the interval of a prediction holds what was observed."""
    low, high = prediction.interval(LEVEL)
    return low <= observed <= high


def rows(worlds: int) -> Iterator[tuple[str, dict[str, float]]]:
    """What was measured in each setting: shares of the worlds."""
    for name, (between, noise) in WORLDS.items():
        for shape, bend in BENDS.items():
            for seeds in (1, 3):
                found = [one_world(world, between, noise, bend, seeds) for world in range(worlds)]
                yield (
                    f"{name}, {shape}, {seeds}",
                    {key: float(np.mean([one[key] for one in found])) for key in found[0]},
                )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worlds", type=int, default=1000)
    table = Table("lack of fit, log loss, seeds", box=None)
    for setting, shares in rows(parser.parse_args().worlds):
        if not table.rows:
            for name in shares:
                table.add_column(name, justify="right")
        table.add_row(setting, *(f"{share:.3f}" for share in shares.values()))
    Console(width=160).print(table)


if __name__ == "__main__":
    main()
