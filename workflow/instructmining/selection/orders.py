"""Orders of a pool by one indicator, or at random: what selects without a rule, and what a selection falls back on."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from instructmining.arrays import Floats


@dataclass(frozen=True)
class Pool:
    """What an arm is chosen from."""

    scores: pa.Table
    """One row per example: `id` and the indicators; for arms that follow the rule it is the ranking, best first."""
    embeddings: Floats | None = None
    """Of unit length, in the order of the scores; (examples, dimensions)."""
    listed: tuple[str, ...] = ()
    """The IDs of a list of the user's."""
    baseline: tuple[str, ...] = ()
    """The IDs of the baseline's draw, whose lengths a length-matched arm takes."""

    @property
    def ids(self) -> list[str]:
        """The IDs in the order of the scores."""
        names: list[str] = self.scores["id"].to_pylist()
        return names


@dataclass(frozen=True)
class Draw:
    """What is asked of a choice, apart from the pool."""

    size: int
    seeds: tuple[int, int] = (0, 0)
    """The seed of the config and the seed of the run, which only `random` depends on."""
    max_cosine: float = 1.0
    """How similar two examples of `selected_diverse` may be."""


def at_random(pool: Pool, draw: Draw) -> list[str]:
    """A random sample, the same whatever the order of the pool."""
    drawn: list[str] = (
        np.random.default_rng(draw.seeds).choice(sorted(pool.ids), size=draw.size, replace=False).tolist()
    )
    return drawn


def longest(pool: Pool, draw: Draw) -> list[str]:
    """The longest responses."""
    return _lowest(pool, -values_of(pool.scores, "len_out"), draw.size)


def lowest_ppl(pool: Pool, draw: Draw) -> list[str]:
    """The lowest perplexity."""
    return _lowest(pool, values_of(pool.scores, "ppl"), draw.size)


def highest_reward(pool: Pool, draw: Draw) -> list[str]:
    """The highest reward."""
    return _lowest(pool, -values_of(pool.scores, "reward"), draw.size)


def highest_ifd(pool: Pool, draw: Draw) -> list[str]:
    """The highest `ifd` below 1.

    Above 1 the instruction makes the response less likely: such examples come last (Li et al. 2024, Cherry LLM).
    """
    ifd = values_of(pool.scores, "ifd")
    return _lowest(pool, np.where(ifd < 1, -ifd, ifd), draw.size)


def highest_influence(pool: Pool, draw: Draw) -> list[str]:
    """The highest influence on the `fit` eval sets."""
    return _lowest(pool, -values_of(pool.scores, "influence"), draw.size)


def most_similar(pool: Pool, draw: Draw) -> list[str]:
    """The highest similarity to the `fit` eval sets."""
    return _lowest(pool, -values_of(pool.scores, "similarity"), draw.size)


ORDERS: dict[str, Callable[[Pool, Draw], list[str]]] = {
    "random": at_random,
    "longest": longest,
    "shortest_ppl": lowest_ppl,
    "reward_only": highest_reward,
    "ifd": highest_ifd,
    "influence": highest_influence,
    "similar": most_similar,
}
"""The first of each order, by the name of the arm that they are; with the size of the pool it is the whole order."""


def _lowest(pool: Pool, costs: Floats, size: int) -> list[str]:
    """The examples with the lowest costs; ties in order of ID."""
    cost = dict(zip(pool.ids, costs, strict=True))
    return sorted(cost, key=lambda name: (cost[name], name))[:size]


def values_of(scores: pa.Table, name: str) -> Floats:
    """The indicator as numbers, (examples,); raises ValueError where one is missing or not finite."""
    values: Floats = scores[name].to_numpy().astype(np.float64)
    if bad := int(np.sum(~np.isfinite(values))):
        raise ValueError(
            f"indicator {name!r} has no finite value in {bad} of {len(values)} rows, so no arm can be chosen by it;"
            " score those examples again"
        )
    return values
