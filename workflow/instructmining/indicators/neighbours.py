"""Distances to nearest neighbours, which depend on the set that they are measured in."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from sklearn.neighbors import NearestNeighbors

from instructmining.indicators.settings import Metric


def knn_distance(points: np.ndarray, k: int, metric: Metric = "euclidean") -> np.ndarray:
    """Distance of each point to its k-th nearest neighbour, the point itself left out. (points, dims) -> (points,)

    Raises ValueError for a set of k points or fewer.
    """
    return knn_distances(points, [k], metric)[f"knn_{k}"]


def knn_distances(points: np.ndarray, ks: Sequence[int], metric: Metric = "euclidean") -> dict[str, np.ndarray]:
    """`knn_k` for several k from one search."""
    if len(points) <= max(ks):
        raise ValueError(
            f"knn_{max(ks)} needs more than {max(ks)} examples in the set, found {len(points)};"
            " lower indicators.embedding.neighbours or use larger sets"
        )
    distances, _ = NearestNeighbors(n_neighbors=max(ks), algorithm="brute", metric=metric).fit(points).kneighbors()
    return {f"knn_{k}": distances[:, k - 1].astype(np.float64) for k in ks}


def to_points(column: pa.ChunkedArray) -> np.ndarray:
    """A column of embeddings as an array. (examples, dimensions)"""
    flat: np.ndarray = column.combine_chunks().flatten().to_numpy()
    return flat.reshape(len(column), -1)
