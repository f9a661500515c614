"""Similarity to the examples that the model is to become good at."""

import numpy as np
import pytest

from instructmining.indicators.similarity import similarity

AIMS = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]])


@pytest.mark.parametrize(("nearest", "expected"), [(1, [1.0, 0.8]), (2, [0.5, 0.7]), (9, [0.0, 0.8 / 3])])
def test_similarity_is_the_mean_of_the_highest_cosines(nearest: int, expected: list[float]) -> None:
    assert similarity(np.array([[1.0, 0.0], [0.6, 0.8]]), AIMS, nearest) == pytest.approx(expected)
