"""Subsets drawn by the scores of their examples, so that the means of the indicators differ much between subsets.

The variance of a coefficient is the noise over the spread of its indicator between subsets (Draper and Smith 1998,
1.4). Fused sampling leaves that spread to the sources; these designs create it. They use *normal scores*: the rank of
an example among the candidates, as a quantile of the normal distribution (van der Waerden 1952), and the outermost
twentieth at each end counts alike: a few extreme examples, such as responses of two tokens, do not decide a draw.

A rule is used on selections, which lie far outside the mixtures that it is fitted to. `selections` draws subsets that
look like them: the best by a weight vector over the indicators, each indicator alone first (as the proxies of
Meta-rater, ACL 2025).
"""

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from instructmining.arrays import Floats
from instructmining.sampling.proportions import fused_counts
from instructmining.sampling.settings import Sampling

Positions = NDArray[np.int64]
TAIL = 0.05
"""Share of the examples at each end of an indicator that count as equally high, or low (winsorised)."""


def normal_scores(values: Floats) -> Floats:
    """Each column's ranks as winsorised normal quantiles; ties share a rank. (examples, indicators)"""
    ranks = stats.rankdata(values, axis=0) / (len(values) + 1)
    scores: Floats = stats.norm.ppf(np.clip(ranks, TAIL, 1 - TAIL))
    return scores


def draw_by_scores(
    values: Floats, sources: NDArray[np.object_], settings: Sampling, number: int, seed: int
) -> Positions:
    """The positions of subset `number` among the candidates.

    `values` are their indicators (examples, indicators), `sources` their sources (examples,). Raises ValueError where
    there are too few candidates.
    """
    scheme = settings.scheme_of(number)
    members = stratum(values, settings.strata, number) if scheme == "stratified" else np.arange(len(values))
    if len(members) < settings.examples:
        raise ValueError(
            f"subset {number:03d} needs {settings.examples} examples, but there are {len(members)} to draw it from;"
            " lower sampling.examples or sampling.strata, or add sources to pools.candidates"
        )
    generator = np.random.default_rng([seed, number])
    if scheme == "stratified":
        chosen: Positions = generator.choice(members, settings.examples, replace=False)
        return chosen
    if scheme == "within":
        return tilted_within(values, sources, settings, generator)
    if scheme == "tilted":
        return tilted(normal_scores(values), settings.examples, settings.strength, generator)
    if scheme == "selections":
        return top_by_weights(normal_scores(values), settings.examples, number, generator)
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
    keys = tilt * scores @ random_direction(scores.shape[1], generator) + generator.gumbel(size=len(scores))
    return np.argsort(-keys, kind="stable")[:examples]


def random_direction(dimensions: int, generator: np.random.Generator) -> Floats:
    """A direction of length 1, uniform on the sphere. (dimensions,)"""
    normal = generator.normal(size=dimensions)
    direction: Floats = normal / np.linalg.norm(normal)
    return direction


def tilted_within(
    values: Floats, sources: NDArray[np.object_], settings: Sampling, generator: np.random.Generator
) -> Positions:
    """Random proportions of the sources, as in `fused`; inside each source a draw tilted along one direction for all.

    The scores are those of an example among its own source, so that the direction tells nothing of the sources.
    """
    groups = [np.flatnonzero(sources == source) for source in np.unique(sources)]
    available = np.array([len(group) for group in groups])
    counts = fused_counts(available, settings.examples, generator, settings.concentration)
    direction = random_direction(values.shape[1], generator)
    chosen = []
    for group, count in zip(groups, counts, strict=True):
        keys = settings.strength * normal_scores(values[group]) @ direction + generator.gumbel(size=len(group))
        chosen.append(group[np.argsort(-keys, kind="stable")[:count]])
    return np.concatenate(chosen)


def top_by_weights(scores: Floats, examples: int, number: int, generator: np.random.Generator) -> Positions:
    """The examples that are highest by a weight vector over the indicators; ties are drawn by lot."""
    keys = scores @ selection_weights(scores.shape[1], number, generator)
    return np.lexsort((generator.random(len(scores)), -keys))[:examples]


def selection_weights(indicators: int, number: int, generator: np.random.Generator) -> Floats:
    """Each indicator alone, upwards and downwards, in turn; then Dirichlet weights with random signs. (indicators,)"""
    if number < 2 * indicators:
        corner = np.zeros(indicators)
        corner[number // 2] = -1.0 if number % 2 else 1.0
        return corner
    signs = generator.choice([-1.0, 1.0], size=indicators)
    weights: Floats = signs * generator.dirichlet(np.ones(indicators))
    return weights


def best_proposal(scores: Floats, settings: Sampling, number: int, seed: int) -> Positions:
    """The `number`-th choice of the D-optimal design among tilted subsets, each of random strength up to `tilt`."""
    proposals = []
    for i in range(settings.proposals):
        generator = np.random.default_rng([seed, i])
        proposals.append(tilted(scores, settings.examples, generator.uniform(0, settings.strength), generator))
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
