"""How the examples of each arm are chosen from a pool; `arm_kinds.py` has the table of the arms."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pyarrow.compute as pc

from instructmining.arrays import Floats
from instructmining.command import UserError
from instructmining.comparison.arm_kinds import FROM, is_length_matched, original, source_of
from instructmining.comparison.match_lengths import match_lengths
from instructmining.selection.orders import ORDERS, Draw, Pool, at_random, values_of


def choose(arm: str, pool: Pool, draw: Draw) -> list[str]:
    """The IDs of an arm, sorted; an arm that is not in the table is a list of the user's."""
    if is_length_matched(arm):
        return sorted(length_matched(original(arm), pool))
    if source := source_of(arm):
        return sorted(from_source(source, pool, draw))
    name = original(arm)
    chosen = CHOICES[name](pool, draw) if name in CHOICES else _known(pool.listed, pool.ids, arm)
    return sorted(chosen)


def length_matched(arm: str, pool: Pool) -> list[str]:
    """The first of an arm's order at each length, as many as the baseline has there."""
    order = CHOICES[arm](pool, Draw(len(pool.ids)))  # as large as the pool, an arm is its order
    lengths = dict(zip(pool.ids, values_of(pool.scores, "len_out").tolist(), strict=True))
    return match_lengths(order, lengths, pool.baseline)


def from_source(source: str, pool: Pool, draw: Draw) -> list[str]:
    """A random sample of one source, or all of it where it has fewer examples; raises UserError where it has none."""
    of_source = pool.scores.filter(pc.equal(pool.scores["source"], source))
    if not len(of_source):
        raise UserError(
            f"{FROM}{source}: the pool has no example of the source {source!r}, as all of them were dropped when it was"
            " built; take the source out of the pool, or set validation.sources: false"
        )
    return at_random(replace(pool, scores=of_source), replace(draw, size=min(draw.size, len(of_source))))


def first(pool: Pool, draw: Draw) -> list[str]:
    """The first of the ranking."""
    return pool.ids[: draw.size]


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
    "ruled": first,
    **ORDERS,
    "diverse": diverse,
    "selected_diverse": selected_diverse,
    "full": whole,
    "untuned": none,
}
"""How each arm of the table in `arm_kinds.py` is chosen: the IDs, in any order."""


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
