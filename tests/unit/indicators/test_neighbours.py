"""Distances to nearest neighbours against scipy."""

from typing import Any

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from instructmining.indicators.neighbours import knn_distance


def test_knn_distance_leaves_the_point_itself_out() -> None:
    assert knn_distance(np.array([[0.0], [1.0], [3.0]]), k=1).tolist() == [1.0, 1.0, 2.0]


@pytest.mark.parametrize("k", [1, 6])
@pytest.mark.parametrize(
    ("metric", "scipy_name"), [("euclidean", "euclidean"), ("cosine", "cosine"), ("manhattan", "cityblock")]
)
def test_knn_distance_equals_scipy(k: int, metric: Any, scipy_name: Any) -> None:
    points = np.random.default_rng(0).normal(size=(40, 8)).astype(np.float32)
    assert knn_distance(points, k, metric) == pytest.approx(np.sort(cdist(points, points, scipy_name))[:, k], abs=1e-5)


def test_a_set_too_small_for_its_neighbours_is_refused() -> None:
    with pytest.raises(ValueError, match="knn_6 needs more than 6"):
        knn_distance(np.zeros((6, 2)), k=6)
