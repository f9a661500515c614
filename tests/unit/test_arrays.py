"""The type of arrays of numbers."""

from typing import get_args

import numpy as np

from instructmining.arrays import Floats


def test_numbers_are_computed_in_double_precision() -> None:
    (precision,) = get_args(get_args(Floats)[1])
    assert precision is np.float64
