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


def test_a_gain_across_sources_is_the_difference_of_both_r2():
    y, x = synthetic(40)
    found = assessed(y, x, [{name: 8} for name in "ab" for _ in range(20)])
    rule, mean = row(found, "rule"), row(found, "mean")
    assert mean.source_gain == pytest.approx(rule.source_r2 - mean.source_r2)
    assert 0 < mean.source_gain_low < mean.source_gain < mean.source_gain_high
    check = next(check for check in found.checks if check.name == "across sources")
    assert not check.warns and "The rule predicts the subsets of a source" in check.sentence
    assert check.sentence.endswith("In the subsets fitted to, the source left out does not occur.")


def test_the_baseline_by_perplexity_takes_its_logarithm_where_that_is_computed():
    y, x = synthetic(20)
    table = observations(y, {**x, "log_ppl": x["mtld"]})
    found = assess(make_design(table, ["relevance"]), table, QualityRuleSettings(repeats=1), 0)
    assert row(found, "ppl").indicators == ("log_ppl",)
