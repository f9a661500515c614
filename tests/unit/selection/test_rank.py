"""A rule ranks a pool by the loss that it predicts, and says where it extrapolates."""

import numpy as np
import pyarrow as pa

from instructmining.selection.rank import mean_outside_sentence, outside_sentences, rank
from instructmining.selection.ranking import indicator_columns
from tests.unit.selection.made import RULE


def scores(ppl, ids="abcdefgh"):
    columns = {"id": list(ids)[: len(ppl)], "source": ["s"] * len(ppl), "degraded": pa.nulls(len(ppl), pa.string())}
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
