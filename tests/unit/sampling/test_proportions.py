"""How many examples of a subset come from each source."""

import numpy as np
import pytest

from instructmining.sampling.proportions import fused_counts


def test_fused_proportions_are_uniform_on_the_simplex() -> None:
    """The mean of a flat Dirichlet is 1/k and its variance (k - 1) / (k^2 (k + 1))."""
    generator = np.random.default_rng(0)
    shares = np.array([fused_counts(np.array([10_000] * 4), 1000, generator) for _ in range(3000)]) / 1000
    assert shares.mean(axis=0) == pytest.approx([0.25] * 4, abs=0.01)
    assert shares.var(axis=0) == pytest.approx([3 / (16 * 5)] * 4, rel=0.1)


def test_what_a_small_source_lacks_comes_from_the_others() -> None:
    counts = fused_counts(np.array([50, 30, 1]), 80, np.random.default_rng(0))
    assert counts.sum() == 80
    assert (counts <= [50, 30, 1]).all()
