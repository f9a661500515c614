"""Random draws that depend only on the config's seed and a name, never on what else a run does."""

import hashlib
import heapq
from collections.abc import Iterable

import numpy as np

from instructmining.example import Example


def seeded(seed: int, name: str) -> np.random.Generator:
    """The random numbers that belong to `name` in a run with this seed."""
    return np.random.default_rng([seed, int.from_bytes(hashlib.sha256(name.encode()).digest()[:8])])


def draw(examples: Iterable[Example], limit: int, generator: np.random.Generator) -> list[Example]:
    """A uniform draw of up to `limit` examples in their order; no more than these are held in memory."""
    keyed = ((generator.random(), position, example) for position, example in enumerate(examples))
    chosen = heapq.nsmallest(limit, keyed, key=lambda item: item[:2])
    return [example for _, _, example in sorted(chosen, key=lambda item: item[1])]
