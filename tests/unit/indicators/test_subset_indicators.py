"""The indicators of a subset."""

import numpy as np
import pyarrow as pa
import pytest

from instructmining.indicators.subset_indicators import indicators_of_subset


def test_a_subsets_indicators_are_means_and_its_neighbours_are_inside_it() -> None:
    points = np.array([[0.0], [1.0], [3.0]], dtype=np.float32)
    scores = pa.table(
        {"id": ["a", "b", "c"], "source": ["s", "s", "t"], "degraded": [None, "cut", None], "ppl": [1.0, 2, 6]}
    )
    embeddings = pa.table({"id": ["a", "b", "c"], "embeddings": pa.FixedSizeListArray.from_arrays(points.ravel(), 1)})
    found = indicators_of_subset("007", scores, embeddings, [1])
    assert found.indicators == {"ppl": 3.0, "knn_1": pytest.approx(4 / 3)}
    assert (found.examples, found.sources, found.degraded) == (3, {"s": 2, "t": 1}, 1)
