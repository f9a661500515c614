"""A rule ranks a pool by the loss that it predicts, and says where it extrapolates."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from instructmining.quality_rule.rule import FittedLeverage
from instructmining.quality_rule.term import SourceEffect, Term
from instructmining.selection.basis import basis_sentences
from instructmining.selection.rank import mean_outside_sentence, outside_sentences, rank
from instructmining.selection.ranking import indicator_columns
from tests.unit.selection.made import RULE

BY_SOURCE = replace(
    RULE,
    terms=(Term("source:b", 0.5, 0.1, 0.3, 0.7, 0.01, 0.2, 0.0, 1.0, 0.4), *RULE.terms),
    sources=(SourceEffect("a", -0.1, -0.2, 0.0), SourceEffect("b", 0.1, 0.0, 0.2)),
    covariance=((0.04, 0.0), (0.0, 0.01)),
    residual_sd=0.1,
    leverage=FittedLeverage((0.4, 2.0), 1 / 9, 0.5),
)


def scores(ppl, ids="abcdefgh", sources=None):
    columns = {
        "id": list(ids)[: len(ppl)],
        "source": sources or ["s"] * len(ppl),
        "degraded": pa.nulls(len(ppl), pa.string()),
    }
    return pa.table({**columns, "ppl": ppl, "mtld": np.ones(len(ppl))})


def test_the_lowest_predicted_loss_ranks_first():
    ranking = rank(RULE, scores([3.0, 1.0, 2.0]))
    assert ranking["id"].to_pylist() == ["b", "c", "a"]
    assert ranking["rank"].to_pylist() == [1, 2, 3]
    assert ranking["predicted"].to_pylist() == [1.5, 2.0, 2.5]


def test_equal_predictions_rank_in_order_of_id():
    assert rank(RULE, scores([1.0, 1.0, 1.0], "cab"))["id"].to_pylist() == ["a", "b", "c"]


def test_terms_and_all_scores_stand_beside_the_prediction():
    ranking = rank(RULE, scores([3.0, 1.0]))
    assert ranking["term_ppl"].to_pylist() == [-0.5, 0.5]
    assert indicator_columns(ranking) == ["ppl", "mtld"]


def test_the_share_outside_the_fitted_range_is_said():
    [sentence] = outside_sentences(RULE, rank(RULE, scores([2.0, 2.0, 2.0, 9.0])))
    assert sentence.startswith("ppl: 25.0% of the examples lie outside 1 to 3")


def test_it_is_said_whether_the_means_of_a_selection_lie_in_the_range_of_the_fit():
    assert mean_outside_sentence(RULE, scores([0.0, 9.0])).endswith("outside the range of the subset means for ppl.")
    assert "is within" in mean_outside_sentence(RULE, scores([0.0, 4.0]))


def test_an_example_gets_the_effect_of_its_source_and_one_of_an_unknown_source_none():
    ranking = rank(BY_SOURCE, scores([3.0, 1.0, 2.0], sources=["a", "b", "new"])).sort_by("id")
    assert ranking["term_source:b"].to_pylist() == [pytest.approx(-0.2), pytest.approx(0.3), 0.0]
    assert ranking["term_ppl"].to_pylist() == [0.5, -0.5, 0.0]


def test_a_share_has_no_range_for_examples_and_the_leverage_is_that_of_the_shares_of_a_selection():
    ranking = rank(BY_SOURCE, scores([3.0, 1.0, 2.0, 2.0], sources=["a", "b", "a", "b"]))
    assert [sentence.split(":")[0] for sentence in outside_sentences(BY_SOURCE, ranking)] == ["ppl"]
    assert "is within" in mean_outside_sentence(BY_SOURCE, ranking)
    # Means 0.5 of the share and 2 of ppl, 0.1 and 0 from the centre: 1 / 9 + 0.1 ** 2 * 0.04 / 0.1 ** 2.
    assert "means is 0.151, the" in " ".join(basis_sentences(BY_SOURCE, ranking, 4))


def test_a_value_beyond_the_limits_of_the_rule_ranks_as_the_limit():
    held = replace(RULE, terms=(replace(RULE.terms[0], winsorised=(1.0, 3.0)),))
    assert rank(held, scores([9.0, 3.0, 0.0, 1.0]))["predicted"].to_pylist() == [1.5, 1.5, 2.5, 2.5]
