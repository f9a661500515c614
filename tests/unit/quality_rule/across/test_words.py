"""What is said about rules side by side."""

from instructmining.quality_rule.across.words import sentences
from tests.unit.quality_rule.across.made import compared, comparison, observed


def test_seeds_of_too_few_subsets_are_skipped_with_the_reason():
    result = compared(tiny=observed((0.2, -0.1), replicated=4))
    reason = next(row.reason for row in result.skipped if row.over == "seeds")
    assert reason.startswith("4 subsets are too few for 2 indicators")
    assert "The seeds of tiny cannot be compared: 4 subsets are too few" in "\n".join(sentences(result))


def test_one_model_says_that_there_is_no_other():
    result = compared(tiny=observed((0.2, -0.1)))
    assert "There is only one base model, tiny: whether its rule holds for others is not known." in sentences(result)
    assert [row.over for row in result.comparisons] == ["eval sets", "seeds"]


def test_a_comparison_with_two_degrees_of_freedom_cannot_tell():
    result = compared(tiny=observed((0.2, -0.1), subsets=5, replicated=0))
    test = comparison(result, "eval sets").equal_coefficients
    assert test.denominator_degrees < 5 and test.p_value < 0.05 and test.holm is None
    assert (
        "Eval sets of tiny: There are too few subsets to tell whether the coefficients differ" in sentences(result)[0]
    )
