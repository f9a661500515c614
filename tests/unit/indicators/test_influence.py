"""Influence on the examples that the model is to become good at."""

import numpy as np
import pytest

from instructmining.indicators.influence import influence


def test_influence_is_the_cosine_with_the_mean_of_the_aims() -> None:
    aims = np.array([[1.0, 0.0], [0.0, 1.0]])  # their mean lies along the diagonal
    points = np.array([[1.0, 0.0], [np.sqrt(0.5), np.sqrt(0.5)], [0.0, -1.0]])
    assert influence(points, aims) == pytest.approx([np.sqrt(0.5), 1.0, -np.sqrt(0.5)])
