"""Rank correlation."""

import numpy as np
import pytest
from scipy import stats

from instructmining.quality_rule.regression.ranks import spearman


def test_the_rank_correlation_is_scipys_with_ties_and_zero_for_a_constant():
    a, b = np.array([1.0, 2, 2, 3, 9, 0]), np.array([2.0, 1, 5, 5, 7, 0])
    assert spearman(a, b) == pytest.approx(stats.spearmanr(a, b).statistic)
    assert spearman(a, np.ones(6)) == 0
