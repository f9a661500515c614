"""How far the loss of two arms will differ by chance, from the replicated subsets of a pilot run.

Two replicated subsets are compared as two arms are: paired by seed, on every example of the test sets. So what the
comparison will call noise is measured by the comparison's own code, before any arm is tuned.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from instructmining.arrays import Floats
from instructmining.comparison.intervals import LossDifferences, Mean, Part, over_seeds_and_examples
from instructmining.files import read_table
from instructmining.training.losses import LOSSES


@dataclass(frozen=True)
class ArmNoise:
    """The noise of the difference in loss between two arms, in nats per token; a mean over the pairs of subsets."""

    subsets: int
    """Replicated subsets that it was measured on."""
    loss: float
    """Their mean loss on the test sets."""
    seeds: float
    """Variance of the difference between seeds."""
    examples: tuple[Part, ...]
    """What the examples of each test set add to the variance of the mean difference, however many seeds there are."""

    @property
    def test_examples(self) -> int:
        """Examples of the test sets."""
        return sum(part.degrees + 1 for part in self.examples)


def replicates(observations: pa.Table) -> list[tuple[str, int]]:
    """The (subset, seed) of the subsets that have several seeds."""
    runs = list(zip(observations["subset"].to_pylist(), observations["seed"].to_pylist(), strict=True))
    subsets = [subset for subset, _ in runs]
    return [run for run in runs if subsets.count(run[0]) > 1]


def read_losses(folder: Path, runs: Sequence[tuple[str, int]], eval_sets: Sequence[str]) -> dict[str, pd.DataFrame]:
    """Nats of each example by eval set: a row per (ID, tokens), a column per (subset, seed).

    `folder` is that of the model's fine-tunes. Raises ValueError where they were measured on different examples.
    """
    tables = {run: read_table(folder / run[0] / f"seed{run[1]}" / "losses.parquet", LOSSES).to_pandas() for run in runs}
    return {
        name: _aligned(folder, {run: table[table["eval_set"] == name] for run, table in tables.items()})
        for name in eval_sets
    }


def _aligned(folder: Path, tables: Mapping[tuple[str, int], pd.DataFrame]) -> pd.DataFrame:
    columns = {run: table.set_index(["id", "tokens"])["loss"] for run, table in tables.items()}
    losses = pd.concat(columns, axis=1)
    if losses.empty or losses.isna().to_numpy().any():
        raise ValueError(
            f"{folder}: the fine-tunes on replicated subsets were not measured on the same test examples; run the"
            " config once more, so that all are evaluated on its eval sets"
        )
    return losses


def measure_arm_noise(losses: Mapping[str, pd.DataFrame]) -> ArmNoise | None:
    """The noise; None unless two subsets have several seeds in common. The losses are those of `read_losses`."""
    seeds: dict[str, set[int]] = {}
    columns = next(iter(losses.values())).columns
    for subset, seed in zip(columns.get_level_values(0), columns.get_level_values(1), strict=True):
        seeds.setdefault(subset, set()).add(seed)
    shared = {(a, b): sorted(seeds[a] & seeds[b]) for a, b in combinations(seeds, 2)}
    means = [
        (len(both), over_seeds_and_examples([_differences(table, pair, both) for table in losses.values()]))
        for pair, both in shared.items()
        if len(both) > 1
    ]
    return _mean_noise(len(seeds), _loss(losses), means) if means else None


def _differences(table: pd.DataFrame, pair: tuple[str, str], seeds: Sequence[int]) -> LossDifferences:
    first, other = (table[[(subset, seed) for seed in seeds]].to_numpy(np.float64) for subset in pair)
    return LossDifferences((first - other).T, _tokens(table))


def _tokens(table: pd.DataFrame) -> Floats:
    tokens: Floats = table.index.get_level_values("tokens").to_numpy(np.float64)
    return tokens


def _loss(losses: Mapping[str, pd.DataFrame]) -> float:
    return float(np.mean([table.to_numpy().sum(axis=0) / _tokens(table).sum() for table in losses.values()]))


def _mean_noise(subsets: int, loss: float, means: Sequence[tuple[int, Mean]]) -> ArmNoise:
    """The parts of the variance, each the mean over the pairs of subsets, given the seeds of each pair."""
    seeds = np.mean([mean.parts[0].variance * count for count, mean in means])
    examples = zip(*(mean.parts[1:] for _, mean in means), strict=True)
    parts = [Part(float(np.mean([part.variance for part in each])), each[0].degrees) for each in examples]
    return ArmNoise(subsets, loss, float(seeds), tuple(parts))
