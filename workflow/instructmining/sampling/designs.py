"""Subsets drawn by the scores of their examples, so that the means of the indicators differ much between subsets.

The variance of a coefficient is the noise over the spread of its indicator between subsets (Draper and Smith 1998,
1.4). Fused sampling leaves that spread to the sources; these designs create it. They use *normal scores*: the rank of
an example among the candidates, as a quantile of the normal distribution (van der Waerden 1952), so that a few extreme
examples do not decide a draw.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from instructmining.arrays import Floats
from instructmining.command import UserError
from instructmining.sampling.settings import Sampling

Positions = NDArray[np.int64]


def normal_scores(values: Floats) -> Floats:
    """Each column's ranks as quantiles of the normal distribution; ties share a rank. (examples, indicators)"""
    ranks = stats.rankdata(values, axis=0)
    scores: Floats = stats.norm.ppf(ranks / (len(values) + 1))
    return scores


def draw_by_scores(values: Floats, settings: Sampling, number: int, seed: int) -> Positions:
    """The positions of subset `number` among the candidates, whose indicators are `values` (examples, indicators).

    Raises ValueError where there are too few candidates.
    """
    members = stratum(values, settings.strata, number) if settings.scheme == "stratified" else np.arange(len(values))
    if len(members) < settings.examples:
        raise UserError(
            f"subset {number:03d} needs {settings.examples} examples, but there are {len(members)} to draw it from;"
            " lower sampling.examples or sampling.strata, or add sources to pools.candidates"
        )
    if settings.scheme == "stratified":
        chosen: Positions = np.random.default_rng([seed, number]).choice(members, settings.examples, replace=False)
        return chosen
    if settings.scheme == "tilted":
        return tilted(normal_scores(values), settings.examples, settings.tilt, np.random.default_rng([seed, number]))
    return best_proposal(normal_scores(values), settings, number, seed)


def stratum(values: Floats, strata: int, number: int) -> Positions:
    """The positions that stratified subset `number` is drawn from: the indicators in turn, then the next stratum."""
    indicators = values.shape[1]
    order = np.argsort(values[:, number % indicators], kind="stable")
    members: Positions = np.array_split(order, strata)[number // indicators % strata]
    return members


def tilted(scores: Floats, examples: int, tilt: float, generator: np.random.Generator) -> Positions:
    """Draw without replacement with weights exp(tilt * scores . d), d a random direction of length 1.

    The largest sums of log weight and Gumbel noise are such a draw (Kool et al. 2019, arXiv 1903.06059).
    """
    direction = generator.normal(size=scores.shape[1])
    keys = tilt * scores @ (direction / np.linalg.norm(direction)) + generator.gumbel(size=len(scores))
    return np.argsort(-keys, kind="stable")[:examples]


def best_proposal(scores: Floats, settings: Sampling, number: int, seed: int) -> Positions:
    """The `number`-th choice of the D-optimal design among tilted subsets, each of random strength up to `tilt`."""
    proposals = []
    for i in range(settings.proposals):
        generator = np.random.default_rng([seed, i])
        proposals.append(tilted(scores, settings.examples, generator.uniform(0, settings.tilt), generator))
    means = np.array([scores[positions].mean(axis=0) for positions in proposals])
    return proposals[d_optimal(means, number + 1)[number]]


def d_optimal(means: Floats, count: int) -> list[int]:
    """Positions of `count` rows, chosen one by one so that the determinant of the information grows most.

    The information is X'X with a constant column; adding x multiplies its determinant by 1 + x' (X'X)^-1 x (Wynn 1970).
    A small ridge makes the first choices possible. The first n of a longer choice are the choice of n.
    """
    rows = np.column_stack([np.ones(len(means)), means])
    information = 1e-6 * np.eye(rows.shape[1])
    chosen: list[int] = []
    for _ in range(count):
        gain = np.einsum("ij,jk,ik->i", rows, np.linalg.inv(information), rows)
        gain[chosen] = -np.inf
        chosen.append(int(gain.argmax()))
        information += np.outer(rows[chosen[-1]], rows[chosen[-1]])
    return chosen
