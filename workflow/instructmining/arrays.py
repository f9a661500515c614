"""The array that everything numeric is made of."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
