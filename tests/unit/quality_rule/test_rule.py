import numpy as np
import pyarrow as pa
import pytest

from instructmining.files import write_json, write_result
from instructmining.quality_rule.rule import read_fitted_rule
from tests.unit.quality_rule.made import RULE, rule, term

TABLE = pa.table({"ppl": [2.0, 4.0], "mtld": [2.0, 10.0]})


def test_prediction_is_the_intercept_plus_coefficients_times_values():
    assert RULE.predict(TABLE).tolist() == [1.5, 0.5]


def test_contributions_are_relative_to_the_mean_and_sum_to_the_prediction():
    contributions = RULE.contributions(TABLE)
    assert contributions["ppl"].tolist() == [0.0, 1.0]
    assert np.allclose(RULE.centre + contributions["ppl"] + contributions["mtld"], RULE.predict(TABLE))


def test_a_missing_indicator_is_named():
    with pytest.raises(ValueError, match="needs the indicator 'mtld', which is not among the columns ppl"):
        RULE.predict(TABLE.select(["ppl"]))


def test_an_indicator_without_a_value_is_refused():
    with pytest.raises(ValueError, match=r"'ppl' has no finite value in 1 of 2 rows \(first: row 1\)"):
        RULE.predict(pa.table({"ppl": [2.0, None], "mtld": [2.0, 1.0]}))


def test_the_range_ends_belong_to_the_range():
    assert rule(term("ppl", 1.0)).outside_range(pa.table({"ppl": [1.0, 3.0, 3.1, 0.0]})) == {"ppl": 0.5}


def test_a_rule_is_the_same_after_writing_and_reading(tmp_path):
    write_result(tmp_path / "rule.json", RULE)
    assert read_fitted_rule(tmp_path / "rule.json") == RULE


def test_the_formula_shows_signs():
    assert RULE.formula() == "log loss = 1 + 0.5 * ppl - 0.25 * mtld"


def test_an_interval_that_touches_neither_side_of_zero_shows_no_effect():
    assert not term("ppl", 0.5).shown


def test_a_rule_of_another_version_is_refused(tmp_path):
    write_json(tmp_path / "rule.json", {"rule_version": 1})
    with pytest.raises(ValueError, match="rule_version is 1, expected 3"):
        read_fitted_rule(tmp_path / "rule.json")
