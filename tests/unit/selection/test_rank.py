import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from instructmining.example import EXAMPLES, make_example, to_table
from instructmining.files import write_table
from instructmining.quality_rule.rule import QualityRule, Term
from instructmining.selection.rank import mean_outside_sentence, outside_sentences, rank
from instructmining.selection.ranking import examples_by_id, indicator_columns

RULE = QualityRule(
    *("tiny", "observations", 1.0, (Term("ppl", 0.5, 0.1, 0.3, 0.7, 0.01, 0.2, 1.0, 3.0, 2.0),)),
    *(0.95, 9, 9, 0.5, 0.4, 0.3, 0.6, 0.1, None, {}, {}),
)


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


def pool(folder, count=6, shards=2):
    """A pool in shards, and its examples."""
    examples = [make_example([{"role": "assistant", "content": f"text {i}"}], "s", "f", {"i": i}) for i in range(count)]
    paths = [folder / f"{shard}.parquet" for shard in range(shards)]
    for shard, path in enumerate(paths):
        write_table(path, to_table(examples[shard::shards]), EXAMPLES)
    return paths, examples


def test_examples_come_in_the_order_of_the_ids_whatever_their_shard(tmp_path):
    paths, examples = pool(tmp_path)
    ids = [examples[i].id for i in (4, 1, 3)]
    found = examples_by_id(paths, ids)
    assert found["id"].to_pylist() == ids and found.schema.equals(EXAMPLES)


def test_an_empty_shard_is_no_trouble(tmp_path):
    paths, examples = pool(tmp_path, count=1)
    assert examples_by_id(paths, [examples[0].id]).num_rows == 1


def test_an_id_that_no_shard_has_is_named(tmp_path):
    paths, _ = pool(tmp_path)
    with pytest.raises(ValueError, match=r"1 missing.*nowhere"):
        examples_by_id(paths, ["nowhere"])


def test_a_shard_with_another_schema_is_refused(tmp_path):
    pq.write_table(pa.table({"id": ["a"]}), tmp_path / "bad.parquet")
    with pytest.raises(ValueError, match=r"bad\.parquet: column 'source' is missing"):
        examples_by_id([tmp_path / "bad.parquet"], ["a"])


def test_it_is_said_whether_the_means_of_a_selection_lie_in_the_range_of_the_fit():
    assert mean_outside_sentence(RULE, scores([0.0, 9.0])).endswith("outside the range of the subset means for ppl.")
    assert "lie inside" in mean_outside_sentence(RULE, scores([0.0, 4.0]))
