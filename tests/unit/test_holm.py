"""Several tests at once."""

import pytest

from instructmining.holm import holm


def test_holms_correction_is_that_of_its_definition() -> None:
    assert holm([0.01, None, 0.04, 0.03]) == pytest.approx([0.03, None, 0.06, 0.06])
    assert holm([None]) == [None]


def test_the_p_value_is_that_of_scipys_differences_t_test() -> None:
    one, other = np.random.default_rng(5).normal(size=(2, 6))
    assert p_value((one - other).tolist()) == pytest.approx(stats.ttest_rel(one, other).pvalue)
    assert p_value([0.5, 0.5]) is None


def test_values_that_rounding_alone_sets_apart_do_not_vary() -> None:
    values = [0.1, 0.3 - 0.2, 0.5 - 0.4]
    assert len(set(values)) > 1 and not vary(values) and p_value(values) is None
    assert vary([0.1, 0.1 + 1e-6])
