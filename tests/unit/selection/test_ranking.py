"""The examples of a ranking come back in its order, from whatever shards they lie in."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from instructmining.example import EXAMPLES, make_example, to_table
from instructmining.files import write_table
from instructmining.selection.ranking import examples_by_id, is_by_prediction


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


@pytest.mark.parametrize(("predicted", "follows"), [([0.1, 0.1, 0.2], True), ([0.2, 0.1, 0.3], False), ([], True)])
def test_a_ranking_follows_the_rule_where_the_lowest_predictions_come_first(predicted, follows):
    assert is_by_prediction(pa.table({"predicted": pa.array(predicted, pa.float64())})) == follows
