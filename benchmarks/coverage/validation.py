"""How often the intervals of predictions for selections hold their losses, and how often a rule is refuted.

Rules are fitted to 24 mixtures of five sources, eight of them on three seeds, and tried on 64 of 600 unseen examples of
the same sources: the rule's own choice, random draws, and the lowest in each of four indicators. `plain` is the
rule's own choice, predicted with its optimism. In some worlds the log loss bends, so that no rule holds for selections.
A table goes to the terminal: shares of worlds, and the gain of the rule's own choice over random draws.

    python benchmarks/coverage/validation.py --worlds 1000
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

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
from instructmining.validation.optimism import own_choices
from instructmining.validation.predict import Prediction, Sample, predict_gain, predict_set

LEVEL, POOL, SINGLE = 0.95, 600, 4
NAMES = [f"i{number}" for number in range(INDICATORS)]
BENDS = {"linear": 0.0, "bent": 0.01}


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


@dataclass(frozen=True)
class World:
    """The truth about the losses of some sources, and how well fine-tunes show it."""

    generator: np.random.Generator
    sources: Floats
    """Mean of each indicator in each source; (sources, indicators)."""
    between: float
    """SD between sets about the truth."""
    noise: float
    """SD between fine-tunes on one set."""
    bend: float
    """What the log loss gains with the square of the distance from the mean of the sources."""

    def examples(self, counts: Sequence[int]) -> Floats:
        """Indicators of so many examples of each source; (examples, indicators)."""
        means = np.repeat(self.sources, counts, axis=0)
        return means + self.generator.normal(size=means.shape)

    def tune(self, examples: Floats, seeds: int) -> Floats:
        """The log losses of fine-tunes on one set; (seeds,)."""
        means = examples.mean(axis=0)
        bent = self.bend * np.sum((means - self.sources.mean(axis=0)) ** 2)
        level = 1 + means @ RULE + bent + self.between * self.generator.normal()
        return np.asarray(level + self.noise * self.generator.normal(size=seeds))


def fitted_in(world: World) -> QualityRule:
    """The rule of mixtures of the sources."""
    shares = world.generator.dirichlet(np.ones(SOURCES), SUBSETS)
    subsets = [world.examples(world.generator.multinomial(EXAMPLES, share).tolist()) for share in shares]
    losses = [world.tune(subset, seeds) for subset, seeds in zip(subsets, SEEDS, strict=True)]
    return fitted(np.array([subset.mean(axis=0) for subset in subsets]), losses)


def tried(world: World, rule: QualityRule, seeds: int) -> list[tuple[Sample, float]]:
    """Each choice with its mean log loss: the rule's own, those of single indicators, and random draws."""
    pool = world.examples([POOL // SOURCES] * SOURCES)
    costs = [rule.predict(as_table(pool)), *pool.T[:SINGLE]]
    sets = [[pool[np.argsort(cost)[:EXAMPLES]]] for cost in costs]
    sets.append([pool[world.generator.choice(POOL, EXAMPLES, replace=False)] for _ in range(seeds)])
    found = [_tried(world, each, seeds) for each in sets]
    return [(replace(found[0][0], own=own_choices(rule, as_table(pool), EXAMPLES)), found[0][1]), *found[1:]]


def _tried(world: World, sets: list[Floats], seeds: int) -> tuple[Sample, float]:
    """One set for all fine-tunes, or one for each."""
    losses = [world.tune(each, seeds // len(sets)) for each in sets]
    examples = np.concatenate(sets * (seeds // len(sets)))
    return Sample(as_table(examples), seeds, len(sets)), float(np.mean(losses))


def one_world(world: World, seeds: int) -> dict[str, float]:
    """What the intervals hold, what refutes the rule, and the gain."""
    rule = fitted_in(world)
    choices = tried(world, rule, seeds)
    (ruled, loss), (random, baseline) = choices[0], choices[-1]
    predictions = [(predict_set(rule, sample), observed) for sample, observed in choices]
    inside = [holds(*each) for each in predictions]
    gain, gained = predict_gain(rule, random, ruled), baseline - loss
    refutes = [refuted([prediction.p_value(observed) for prediction, observed in predictions])]
    refutes.append(gained < gain.value and refuted([gain.p_value(gained)]))
    return {
        "ruled": inside[0],
        "plain": holds(predict_set(rule, replace(ruled, own=None)), loss),
        "single": float(np.mean(inside[1:-1])),
        "random": inside[-1],
        "gain": holds(gain, gained),
        "predicted": gain.value,
        "observed": gained,
        "refuted by a choice": refutes[0],
        "by the gain": refutes[1],
        "by either": any(refutes),
    }


def refuted(p_values: list[float | None]) -> bool:
    """Whether one of them is below the level after Holm's correction."""
    return any(p is not None and p < 1 - LEVEL for p in holm(p_values))


def as_table(values: Floats) -> pa.Table:
    """The indicators of examples as a table."""
    return pa.table(dict(zip(NAMES, values.T, strict=True)))


def holds(prediction: Prediction, observed: float) -> bool:
    """Whether the interval of a prediction holds what was observed."""
    low, high = prediction.interval(LEVEL)
    return low is not None and high is not None and low <= observed <= high


def rows(worlds: int) -> Iterator[tuple[str, dict[str, float]]]:
    """What was measured in each setting: means over the worlds."""
    for (name, sds), (shape, bend), seeds in product(WORLDS.items(), BENDS.items(), (1, 3)):
        found = []
        for number in range(worlds):
            generator = np.random.default_rng([9, number])
            sources = generator.normal(size=(SOURCES, INDICATORS))
            found.append(one_world(World(generator, sources, *sds, bend), seeds))
        yield f"{name}, {shape}, {seeds}", {key: float(np.mean([one[key] for one in found])) for key in found[0]}


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
