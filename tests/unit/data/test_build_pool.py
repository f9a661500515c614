"""Pools: deduplication, decontamination, shards, and an account of every example."""

import pytest

from instructmining.data.build_pool import CONTAMINATED, build_pool, shard_of
from instructmining.data.errors import DataError
from instructmining.data.reports import PoolReport, SourceInPool
from instructmining.data.settings import Pool
from instructmining.example import EXAMPLES, read_examples, to_table
from instructmining.files import read_table, write_table
from tests.unit.data.made import example, read_report

LONG = "Please explain in a few words why the sky looks blue at noon"


@pytest.fixture
def built(tmp_path):
    """Build a pool from lists of examples, one list per source; returns examples per shard, report, contaminated."""

    def build(*sources, eval_set=(), shards=1, **settings):
        names = [examples[0].source for examples in sources]
        for name, examples in [*zip(names, sources, strict=True), ("fit", eval_set)]:
            write_table(tmp_path / f"{name}.parquet", to_table(examples), EXAMPLES)
        paths = [tmp_path / f"{number:03d}.parquet" for number in range(shards)]
        build_pool(
            "candidates",
            Pool(sources=names, shards=shards, **settings),
            [tmp_path / f"{name}.parquet" for name in names],
            [tmp_path / "fit.parquet"],
            paths,
            tmp_path / "report.json",
            tmp_path / "contaminated.parquet",
        )
        contaminated = read_table(tmp_path / "contaminated.parquet", CONTAMINATED).to_pylist()
        return [read_examples(path) for path in paths], read_report(PoolReport, tmp_path / "report.json"), contaminated

    return build


def test_of_equal_examples_the_first_sources_is_kept(built):
    first = [example("One?"), example("Two?"), example("One?  ")]
    ((kept,), report, _) = built(first, [example("Two?", "b"), example("Three?", "b", degraded="x")])
    assert [(item.instruction, item.source) for item in kept] == [("One?", "a"), ("Two?", "a"), ("Three?", "b")]
    assert report.sources == {
        "a": SourceInPool(3, 2, 0, {"duplicate within its source": 1}),
        "b": SourceInPool(2, 1, 1, {"duplicate of another source": 1}),
    }
    assert report.rows_in == 5 == report.kept + sum(report.dropped.values())


def test_an_example_whose_prompt_is_in_an_eval_set_is_dropped(built):
    candidates = [example(LONG.upper() + "!", response="Other."), example("Short one?"), example("Not in there?")]
    ((kept,), report, contaminated) = built(candidates, eval_set=[example(LONG), example("short one")])
    assert [item.instruction for item in kept] == ["Not in there?"]
    assert [(row["id"], row["eval_set"], row["overlap"]) for row in contaminated] == [
        (candidates[0].id, "fit", 1.0),
        (candidates[1].id, "fit", 1.0),
    ]
    assert report.contaminated_by == {"fit": 2} and report.dropped == {"contaminated": 2}


@pytest.mark.parametrize("max_overlap, kept", [(0.5, 0), (0.6, 1)])
def test_overlap_is_a_share_of_the_prompts_own_grams(built, max_overlap, kept):
    half = "one two three four five six seven eight nine"  # two 8-grams, one of them in the eval set
    rest = [example("Something else")]
    (shard,), _, _ = built([example(half), *rest], eval_set=[example(half[:-5])], max_overlap=max_overlap)
    assert len(shard) == kept + 1


def test_an_examples_shard_depends_on_its_id_alone_and_order_is_kept(built):
    examples = [example(f"Question {number}?") for number in range(60)]
    shards, report, _ = built(examples, shards=4)
    assert [[item.id for item in shard] for shard in shards] == [
        [item.id for item in examples if shard_of(item.id, 4) == number] for number in range(4)
    ]
    assert report.shards == tuple(len(shard) for shard in shards)


def test_a_report_changes_with_what_is_in_the_shards(built):
    hashes = [built([example(f"{word} one?"), example("Two?")])[1].hashes for word in ("This", "That", "This")]
    assert hashes[0] == hashes[2] != hashes[1]


def test_an_empty_shard_is_a_table_and_an_empty_pool_an_error(built, tmp_path):
    shards, _, _ = built([example("One?")], shards=3)
    assert sorted(map(len, shards)) == [0, 0, 1]
    (tmp_path / "000.parquet").unlink()
    with pytest.raises(DataError, match="pool candidates: no example is left"):
        built([example("One?")], eval_set=[example("One?")])
    assert not (tmp_path / "000.parquet").exists()


def test_a_thousand_shards_are_written(built):
    shards, _, _ = built([example(f"Question {number}?") for number in range(50)], shards=1000)
    assert sum(map(len, shards)) == 50


def test_an_example_of_an_undeclared_source_is_refused(built):
    with pytest.raises(DataError, match="source 'b' is not one of the pool's sources: a"):
        built([example("One?"), example("Two?", "b")])
