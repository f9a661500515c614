"""How the examples of each arm are chosen from a pool; `arm_kinds.py` has the table of the arms."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from instructmining.arrays import Floats
from instructmining.command import UserError
from instructmining.comparison.arm_kinds import is_length_matched, original
from instructmining.comparison.match_lengths import match_lengths


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


def choose(arm: str, pool: Pool, draw: Draw) -> list[str]:
    """The IDs of an arm, sorted; an arm that is not in the table is a list of the user's."""
    if is_length_matched(arm):
        return sorted(length_matched(original(arm), pool))
    chosen = CHOICES[arm](pool, draw) if arm in CHOICES else _known(pool.listed, pool.ids, arm)
    return sorted(chosen)


def length_matched(arm: str, pool: Pool) -> list[str]:
    """The first of an arm's order at each length, as many as the baseline has there."""
    order = CHOICES[arm](pool, Draw(len(pool.ids)))  # as large as the pool, an arm is its order
    lengths = dict(zip(pool.ids, _column(pool.scores, "len_out").tolist(), strict=True))
    return match_lengths(order, lengths, pool.baseline)


def first(pool: Pool, draw: Draw) -> list[str]:
    """The first of the ranking."""
    return pool.ids[: draw.size]


def at_random(pool: Pool, draw: Draw) -> list[str]:
    """A random sample, the same whatever the order of the pool."""
    drawn: list[str] = (
        np.random.default_rng(draw.seeds).choice(sorted(pool.ids), size=draw.size, replace=False).tolist()
    )
    return drawn


def longest(pool: Pool, draw: Draw) -> list[str]:
    """The longest responses."""
    return _lowest(pool, -_column(pool.scores, "len_out"), draw.size)


def lowest_ppl(pool: Pool, draw: Draw) -> list[str]:
    """The lowest perplexity."""
    return _lowest(pool, _column(pool.scores, "ppl"), draw.size)


def highest_reward(pool: Pool, draw: Draw) -> list[str]:
    """The highest reward."""
    return _lowest(pool, -_column(pool.scores, "reward"), draw.size)


def highest_ifd(pool: Pool, draw: Draw) -> list[str]:
    """The highest `ifd` below 1.

    Above 1 the instruction makes the response less likely: such examples come last (Li et al. 2024, Cherry LLM).
    """
    ifd = _column(pool.scores, "ifd")
    return _lowest(pool, np.where(ifd < 1, -ifd, ifd), draw.size)


def highest_influence(pool: Pool, draw: Draw) -> list[str]:
    """The highest influence on the `fit` eval sets."""
    return _lowest(pool, -_column(pool.scores, "influence"), draw.size)


def most_similar(pool: Pool, draw: Draw) -> list[str]:
    """The highest similarity to the `fit` eval sets."""
    return _lowest(pool, -_column(pool.scores, "similarity"), draw.size)


def diverse(pool: Pool, draw: Draw) -> list[str]:
    """Examples that leave none of the pool far from all of them."""
    return [pool.ids[i] for i in k_centres(_embeddings(pool), draw.size)]


def selected_diverse(pool: Pool, draw: Draw) -> list[str]:
    """The first of the ranking, without those too similar to one before."""
    return [pool.ids[i] for i in apart(_embeddings(pool), draw.size, draw.max_cosine)]


def whole(pool: Pool, draw: Draw) -> list[str]:
    """The whole pool, whatever the size."""
    return pool.ids


def none(pool: Pool, draw: Draw) -> list[str]:
    """No example, whatever the size."""
    return []


CHOICES: dict[str, Callable[[Pool, Draw], list[str]]] = {
    "selected": first,
    "random": at_random,
    "longest": longest,
    "shortest_ppl": lowest_ppl,
    "reward_only": highest_reward,
    "ifd": highest_ifd,
    "influence": highest_influence,
    "similar": most_similar,
    "diverse": diverse,
    "selected_diverse": selected_diverse,
    "full": whole,
    "untuned": none,
}
"""How each arm of the table in `arm_kinds.py` is chosen: the IDs, in any order."""


def _lowest(pool: Pool, costs: Floats, size: int) -> list[str]:
    """The examples with the lowest costs; ties in order of ID."""
    cost = dict(zip(pool.ids, costs, strict=True))
    return sorted(cost, key=lambda name: (cost[name], name))[:size]


def _column(scores: pa.Table, name: str) -> Floats:
    values: Floats = scores[name].to_numpy().astype(np.float64)
    if bad := int(np.sum(~np.isfinite(values))):
        raise ValueError(
            f"indicator {name!r} has no finite value in {bad} of {len(values)} rows, so no arm can be chosen by it;"
            " score those examples again"
        )
    return values


def _embeddings(pool: Pool) -> Floats:
    if pool.embeddings is None:
        raise ValueError("this arm is chosen by embeddings, but there are none; give --embeddings")
    return pool.embeddings


def _known(listed: tuple[str, ...], ids: list[str], arm: str) -> list[str]:
    """The listed IDs; raises UserError if there are none, or if one is not in the pool or appears twice."""
    unknown = sorted(set(listed) - set(ids))
    if unknown or len(set(listed)) < len(listed) or not listed:
        raise UserError(
            f"list {arm}: found {len(listed)} IDs, {len(set(listed))} of them different, {len(unknown)} not in the pool"
            f" (e.g. {unknown[:3]}); expected at least one, each once, as in the column `id` of the pool's ranking"
        )
    return list(listed)


def k_centres(points: Floats, size: int) -> list[int]:
    """Positions of points such that no other point is far from all of them (greedy k-centre, Gonzalez 1985).

    The first is the point nearest to the mean; each of the others is the point farthest from all before it.
    """
    nearest = int(np.argmin(np.linalg.norm(points - points.mean(axis=0), axis=1)))
    centres, distances = [nearest], np.full(len(points), np.inf)
    while len(centres) < size:
        distances = np.minimum(distances, np.linalg.norm(points - points[centres[-1]], axis=1))
        distances[centres] = -1  # so that each of several equal points is taken once
        centres.append(int(np.argmax(distances)))
    return centres


def apart(points: Floats, size: int, max_cosine: float) -> list[int]:
    """Positions of the first points, without those more similar than `max_cosine` to one already taken.

    Raises ValueError if fewer than `size` are left.
    """
    taken: list[int] = []
    held = np.empty((size, points.shape[1]))
    for position, point in enumerate(points):
        if len(taken) == size:
            break
        if not taken or float(np.max(held[: len(taken)] @ point)) <= max_cosine:
            held[len(taken)] = point
            taken.append(position)
    if len(taken) < size:
        raise ValueError(
            f"selected_diverse: only {len(taken)} of {len(points)} examples have a cosine of at most {max_cosine} to"
            f" each other, {size} are needed; raise comparison.max_cosine or select fewer examples"
        )
    return taken
