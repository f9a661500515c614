"""A ranking is shown in the order of its pool, with the rule that made it."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from instructmining.quality_rule.published import PublishedRule
from instructmining.report.explorer.ranking import ranking_arrays, ranking_values, rule_values
from tests.browser.made_explorer import RULE

PUBLISHED = PublishedRule("v1", "tiny", 1.0, {"reward": -0.1}, {}, ())


def test_ranks_and_terms_are_in_the_order_of_the_pool() -> None:
    ranking = pa.table(
        {"id": ["b", "a"], "rank": pa.array([1, 2], pa.int64()), "predicted": [0.5, 0.75], "term_reward": [-0.5, -0.25]}
    )
    found = ranking_arrays(PUBLISHED, ranking, ["a", "b"])
    assert {name: array.tolist() for name, array in found.items()} == {
        "rank": [2, 1],
        "predicted": [0.75, 0.5],
        "term_reward": [-0.25, -0.5],
    }
    assert found["rank"].dtype == np.int32


def test_a_ranking_of_another_pool_is_refused() -> None:
    with pytest.raises(ValueError, match="ranking: wrote 1 examples for 1 given; 1 missing"):
        ranking_arrays(PUBLISHED, pa.table({"id": ["a"]}), ["b"])


def test_each_term_of_a_fitted_rule_has_its_interval_and_range() -> None:
    terms = {term["indicator"]: term for term in rule_values(RULE)["terms"]}
    assert list(terms) == RULE.indicators
    assert (terms["log_ppl"]["fittedMin"], terms["log_ppl"]["fittedMax"]) == (1.2, 2.4)
    assert (terms["log_ppl"]["low"], terms["log_ppl"]["high"]) == (-1.0, 1.0)


@pytest.mark.parametrize(("predicted", "by_rule"), [([0.5, 0.75], True), ([0.75, 0.5], False)])
def test_it_is_told_whether_the_ranks_follow_the_rule(predicted: list[float], by_rule: bool) -> None:
    values = ranking_values("tiny", "new", PUBLISHED, pa.table({"predicted": predicted}), 1)
    assert (values["selected"], values["byRule"]) == (1, by_rule)


def test_the_share_of_a_source_is_told_from_an_indicator() -> None:
    share = replace(RULE.terms[0], indicator="source:b")
    terms = rule_values(replace(RULE, terms=(share, *RULE.terms)))["terms"]
    assert [term.get("source") for term in terms[:2]] == ["b", None]
