"""How many examples of a subset come from each source."""

import numpy as np


def fused_counts(
    available: np.ndarray, examples: int, generator: np.random.Generator, concentration: float = 1.0
) -> np.ndarray:
    """How many examples come from each source: Dirichlet proportions, capped by what each source has.

    What a cap leaves open is drawn again among the sources that still have examples.
    """
    # With a small concentration a proportion may underflow to zero; its source can still fill up what others lack.
    proportions = generator.dirichlet(np.full(len(available), concentration)) + 1e-9
    counts = np.zeros_like(available)
    while (missing := examples - counts.sum()) > 0:
        weights = np.where(counts < available, proportions, 0.0)
        counts = np.minimum(available, counts + generator.multinomial(missing, weights / weights.sum()))
    return counts
