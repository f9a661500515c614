"""What one design saves over another, against statsmodels and designs whose savings are known."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from instructmining.planning.savings import coefficient_variances, noise_ratio, saving
from tests.unit.planning.made import NAMES, compared, table, variant
from tests.unit.simulation import to_design


def test_a_design_three_times_as_wide_needs_a_ninth_of_the_fine_tunes():
    found = compared(narrow=table(1, seed=1), wide=table(3, seed=1)).savings[0]
    for ratio in (found.equal_noise, found.as_found):
        assert ratio.value == pytest.approx(9) and ratio.low < 9 < ratio.high
    assert found.per_indicator == pytest.approx({"ppl": 9, "mtld": 9})


def test_noise_that_a_design_adds_is_taken_off_its_saving():
    found = compared(narrow=table(1, 200), wide=table(3, 200, noise=0.1)).savings[0]
    assert found.as_found.value == pytest.approx(found.equal_noise.value / 4, rel=0.2)


def test_a_saving_is_the_ratio_of_the_squared_standard_errors_of_statsmodels():
    a, b = (variant(spread, seed=seed) for spread, seed in ((1, 1), (2, 2)))
    expected = a.result.bse[1:] ** 2 / b.result.bse[1:] ** 2
    assert list(saving(("a", "b"), a.design, b.design, 0.95).per_indicator.values()) == pytest.approx(expected)


def test_a_saving_does_not_depend_on_how_many_subsets_each_design_has():
    """On average over draws: the mean of the inverse covariance of 1000 small designs, beside the true one."""
    rng = np.random.default_rng(0)
    covariance = np.array([[1.0, 0.5], [0.5, 1.0]])
    x = rng.multivariate_normal([0, 0], covariance, size=(1000, 9))
    found = coefficient_variances(x, rng.normal(size=(1000, 9)), np.ones((1000, 9)), noise=False)
    assert np.mean(found, axis=0) == pytest.approx(np.diag(np.linalg.inv(covariance)), rel=0.1)


def test_the_interval_of_a_saving_covers_at_least_at_its_level():
    covered = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        designs = []
        for spread, noise in ((1, 1.0), (3, 1.5)):
            x = spread * rng.normal(size=(24, 2))
            designs.append(to_design(x.sum(axis=1) + noise * rng.normal(size=24), dict(zip(NAMES, x.T, strict=True))))
        found = saving(("a", "b"), *designs, 0.9).as_found
        covered.append(found.low < 9 / 1.5**2 < found.high)
    assert np.mean(covered) > 0.85


@pytest.mark.parametrize("noise", [True, False])
def test_a_fine_tune_is_worth_as_much_however_many_of_them_a_subset_has(noise):
    """Without a lack of fit, three seeds say as much as three subsets: a fine-tune is worth one of the other design."""
    rng = np.random.default_rng(9)
    x = rng.normal(size=(400, 2))
    y = [x.sum(axis=1) + rng.normal(size=400) / np.sqrt(seeds) for seeds in (1, 3)]
    one, three = (to_design(losses, dict(zip(NAMES, x.T, strict=True))) for losses in y)
    three = replace(three, seeds=np.full(400, 3.0), weights=np.full(400, 3.0))
    found = saving(("one", "three"), one, three, 0.95)
    ratio = found.as_found if noise else found.equal_noise
    assert ratio.value == pytest.approx(1, rel=0.2) and ratio.low < 1 < ratio.high
    assert list(found.per_indicator.values()) == pytest.approx([1, 1], rel=0.2)


def test_noise_of_two_designs_is_compared_by_the_f_test():

    a, b = (variant(1, noise=noise, seed=seed).design for noise, seed in ((0.05, 1), (0.2, 2)))
    found = noise_ratio(a, b)
    assert found.statistic == pytest.approx((b.noise_sd / a.noise_sd) ** 2)
    assert found.p_value == pytest.approx(2 * stats.f(16, 16).sf(found.statistic)) and found.p_value < 0.001
    assert noise_ratio(b, a).p_value == pytest.approx(found.p_value)
