"""What the sources of a subset alone say about its log loss: the baseline that a rule must add to.

Subsets that are mixtures differ in their indicators mostly because they differ in their sources, so a rule may predict
them without knowing more than which source does well.
"""

import numpy as np

from instructmining.arrays import Floats
from instructmining.quality_rule.regression.least_squares import Design

PENALTIES = np.geomspace(1e-3, 1e3, 25)
"""Penalties of the ridge regression that are compared."""


def predict_by_shares(fitted: Design, left_out: Design, confidence: float) -> Floats:
    """Value, low and high, (3, subsets left out), of a ridge regression on shares; it has no intervals: NaN.

    The penalty is that with the least error in leave-one-out. It keeps all shares, although they sum to one, as a
    penalty needs no source to compare with. Without it, few subsets of many sources make the baseline worse than the
    mean, and any rule better than it.
    """
    from sklearn.linear_model import RidgeCV

    total = len(fitted.y) * fitted.x.var(axis=0).max() or 1.0  # shares that do not vary predict the mean anyway
    model = RidgeCV(alphas=PENALTIES * total).fit(fitted.x, fitted.y, sample_weight=fitted.weights)
    value = model.predict(left_out.x)
    return np.stack([value, np.full_like(value, np.nan), np.full_like(value, np.nan)])
