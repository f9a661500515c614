"""What a test of equal coefficients allows to be said, and the file of a comparison."""

import pytest

from instructmining.files import read_result, write_result
from instructmining.quality_rule.across.result import AcrossModels, Equality
from tests.unit.quality_rule.across.made import compared, observed


@pytest.mark.parametrize(
    ("test", "conclusive", "shows_difference"),
    [
        (Equality("Wald", 9.0, 2, 20, 0.01), True, True),
        (Equality("Wald", 9.0, 2, 20, 0.01, holm=0.06, tests=6), True, False),
        (Equality("Wald", 1.0, 2, 20, 0.4), True, False),
        (Equality("Wald", 900.0, 2, 4, 0.001), False, False),
    ],
)
def test_a_difference_is_shown_by_the_corrected_p_value_of_enough_subsets(test, conclusive, shows_difference):
    assert (test.conclusive, test.shows_difference) == (conclusive, shows_difference)


def test_a_comparison_is_the_same_after_writing_and_reading(tmp_path):
    result = compared(tiny=observed((0.2, -0.1)), large=observed((0.2, -0.1), subsets=4, replicated=0))
    write_result(tmp_path / "across_models.json", result)
    assert read_result(AcrossModels, tmp_path / "across_models.json") == result
