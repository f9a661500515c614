"""A rule is chosen and compared with baselines."""

import numpy as np
import pytest

from instructmining.quality_rule.evidence.assess import assess
from instructmining.quality_rule.regression.least_squares import make_design
from instructmining.quality_rule.settings import QualityRuleSettings
from tests.unit.quality_rule.evidence.made import assessed, row
from tests.unit.simulation import observations, synthetic


def test_a_choice_that_keeps_nothing_makes_no_rule():
    rng = np.random.default_rng(2)
    found = assessed(rng.normal(size=30), {name: rng.normal(size=30) for name in ("ppl", "mtld")}, choice="bic")
    assert found.choice.indicators == () and found.verdict.startswith("No rule")


def test_a_gain_is_the_difference_of_both_r2_and_each_baseline_has_its_test():
    y, x = synthetic(40)
    found = assessed(y, x, [{"a": 1 + i % 7, "b": 8} for i in range(40)])
    assert [one.name for one in found.held_out] == ["rule", "mean", "source shares", "ppl"]
    rule, *baselines = found.held_out
    assert [one.gain for one in baselines] == pytest.approx([rule.r2 - one.r2 for one in baselines])
    assert all(one.added.p_value < 0.001 for one in baselines) and rule.added is None
    assert row(found, "source shares").indicators == ("a", "b") and row(found, "source shares").coverage is None


def test_the_baseline_by_perplexity_takes_its_logarithm_where_that_is_computed():
    y, x = synthetic(20)
    table = observations(y, {**x, "log_ppl": x["mtld"]})
    found = assess(make_design(table, ["relevance"]), table, QualityRuleSettings(repeats=1), 0)
    assert row(found, "ppl").indicators == ("log_ppl",)
