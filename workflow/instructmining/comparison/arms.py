"""How the examples of an arm are chosen from a pool."""

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
    """In the order of the scores, of unit length; (examples, dimensions)."""
    listed: tuple[str, ...] = ()
    """The IDs of a list of the user's."""

    @property
    def ids(self) -> list[str]:
        """The IDs in the order of the scores."""
        names: list[str] = self.scores["id"].to_pylist()
        return names


def choose(arm: str, pool: Pool, size: int, seeds: tuple[int, int] = (0, 0), max_cosine: float = 1.0) -> list[str]:
    """The IDs of an arm, sorted; `seeds` are the config's and the run's, which only `random` depends on."""
    ids = pool.ids
    match arm:
        case "full":
            chosen = ids
        case "selected":
            chosen = ids[:size]
        case "random":
            chosen = np.random.default_rng(seeds).choice(sorted(ids), size=size, replace=False).tolist()
        case "longest" | "shortest_ppl" | "reward_only" | "ifd":
            cost = dict(zip(ids, _cost(arm, pool.scores), strict=True))
            chosen = sorted(ids, key=lambda name: (cost[name], name))[:size]
        case "diverse":
            chosen = [ids[i] for i in k_centres(_embeddings(pool), size)]
        case "selected_diverse":
            chosen = [ids[i] for i in apart(_embeddings(pool), size, max_cosine)]
        case _:
            chosen = _known(pool.listed, ids, arm)
    return sorted(chosen)


def _cost(arm: str, scores: pa.Table) -> Floats:
    """What an arm of the pool's scores takes the lowest of; (examples,)."""
    if arm == "longest":
        return -_column(scores, "len_out")
    if arm == "shortest_ppl":
        return _column(scores, "ppl")
    if arm == "reward_only":
        return -_column(scores, "reward")
    ifd = _column(scores, "ifd")
    # Above 1 the instruction makes the response less likely: such examples are taken last (Li et al. 2024, Cherry LLM).
    highest: Floats = np.where(ifd < 1, -ifd, ifd)
    return highest


def _column(scores: pa.Table, name: str) -> Floats:
    values: Floats = scores[name].to_numpy().astype(np.float64)
    if bad := int(np.sum(~np.isfinite(values))):
        raise ValueError(f"indicator {name!r} has no finite value in {bad} of {len(values)} rows; score those again")
    return values


def _embeddings(pool: Pool) -> Floats:
    if pool.embeddings is None:
        raise ValueError("this arm is chosen by embeddings; give --embeddings")
    return pool.embeddings


def _known(listed: tuple[str, ...], ids: list[str], arm: str) -> list[str]:
    """The listed IDs; raises ValueError where one is not in the pool or stands twice."""
    unknown = sorted(set(listed) - set(ids))
    if unknown or len(set(listed)) < len(listed) or not listed:
        raise ValueError(
            f"list {arm}: {len(listed)} IDs, {len(set(listed))} of them different, {len(unknown)} not in the pool"
            f" (e.g. {unknown[:3]}); name each example of the pool at most once, by the `id` of its ranking"
        )
    return list(listed)


def k_centres(points: Floats, size: int) -> list[int]:
    """Positions of points that leave none far from all of them (greedy k-centre, Gonzalez 1985).

    The first is the one nearest to the mean, each further one the farthest from all before it.
    """
    nearest = int(np.argmin(np.linalg.norm(points - points.mean(axis=0), axis=1)))
    centres, distances = [nearest], np.full(len(points), np.inf)
    while len(centres) < size:
        distances = np.minimum(distances, np.linalg.norm(points - points[centres[-1]], axis=1))
        distances[centres] = -1  # so that of equal points each is taken once
        centres.append(int(np.argmax(distances)))
    return centres


def apart(points: Floats, size: int, max_cosine: float) -> list[int]:
    """Positions of the first points, each no nearer than `max_cosine` to one before; raises ValueError if too few."""
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
            f"selected_diverse: only {len(taken)} of {len(points)} examples are apart by a cosine of at most"
            f" {max_cosine}, {size} are asked for; raise comparison.max_cosine or select fewer"
        )
    return taken
