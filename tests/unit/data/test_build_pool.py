"""Pools and eval sets: deduplication, decontamination, shards, parts."""

import numpy as np
import pytest

from instructmining.data.build_pool import CONTAMINATED, build_pool, shard_of
from instructmining.data.contamination import EvalPrompts, grams
from instructmining.data.draw import draw
from instructmining.data.errors import DataError
from instructmining.data.make_eval_set import choose, make_eval_set
from instructmining.data.settings import EvalSet, Pool
from instructmining.example import EXAMPLES, Message, make_example, read_examples, to_table
from instructmining.files import read_json, read_table, write_table

LONG = "Please explain in a few words why the sky looks blue at noon"


def example(prompt, source="a", response="Because.", degraded=None):
    turns = [Message(role="user", content=prompt), Message(role="assistant", content=response)]
    return make_example(turns, source, "alpaca", {}, degraded)


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
        return [read_examples(path) for path in paths], read_json(tmp_path / "report.json"), contaminated

    return build


def test_of_equal_examples_the_first_sources_is_kept(built):
    first = [example("One?"), example("Two?"), example("One?  ")]
    ((kept,), report, _) = built(first, [example("Two?", "b"), example("Three?", "b", degraded="x")])
    assert [(item.instruction, item.source) for item in kept] == [("One?", "a"), ("Two?", "a"), ("Three?", "b")]
    assert report["sources"] == {
        "a": {"rows_in": 3, "kept": 2, "degraded": 0, "dropped": {"duplicate within its source": 1}},
        "b": {"rows_in": 2, "kept": 1, "degraded": 1, "dropped": {"duplicate of another source": 1}},
    }
    assert report["rows_in"] == 5 == report["kept"] + sum(report["dropped"].values())


def test_an_example_whose_prompt_is_in_an_eval_set_is_dropped(built):
    candidates = [example(LONG.upper() + "!", response="Other."), example("Short one?"), example("Not in there?")]
    ((kept,), report, contaminated) = built(candidates, eval_set=[example(LONG), example("short one")])
    assert [item.instruction for item in kept] == ["Not in there?"]
    assert [(row["id"], row["eval_set"], row["overlap"]) for row in contaminated] == [
        (candidates[0].id, "fit", 1.0),
        (candidates[1].id, "fit", 1.0),
    ]
    assert report["contaminated_by"] == {"fit": 2} and report["dropped"] == {"contaminated": 2}


@pytest.mark.parametrize("max_overlap, kept", [(0.5, 0), (0.6, 1)])
def test_overlap_is_a_share_of_the_prompts_own_grams(built, max_overlap, kept):
    half = "one two three four five six seven eight nine"  # two 8-grams, one of them in the eval set
    rest = [example("Something else")]
    (shard,), _, _ = built([example(half), *rest], eval_set=[example(half[:-5])], max_overlap=max_overlap)
    assert len(shard) == kept + 1


def test_a_text_of_less_than_eight_words_is_one_gram():
    assert grams("How are you?") == {"how are you"}
    assert grams("a b c d e f g h i") == {"a b c d e f g h", "b c d e f g h i"}
    assert grams("?!") == {"?!"}


def test_overlap_is_measured_against_each_eval_set_alone():
    prompts = EvalPrompts()
    prompts.add("fit", example("a b c d e f g h"))
    prompts.add("test", example("b c d e f g h i"))
    assert prompts.overlaps(example("a b c d e f g h i")) == {"fit": 0.5, "test": 0.5}


def test_an_examples_shard_depends_on_its_id_alone_and_order_is_kept(built):
    examples = [example(f"Question {number}?") for number in range(60)]
    shards, report, _ = built(examples, shards=4)
    assert [[item.id for item in shard] for shard in shards] == [
        [item.id for item in examples if shard_of(item.id, 4) == number] for number in range(4)
    ]
    assert report["shards"] == [len(shard) for shard in shards]


def test_a_report_changes_with_what_is_in_the_shards(built):
    hashes = [built([example(f"{word} one?"), example("Two?")])[1]["hashes"] for word in ("This", "That", "This")]
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
    with pytest.raises(DataError, match="source 'b' is not one of the pool's: a"):
        built([example("One?"), example("Two?", "b")])


def test_parts_of_an_eval_set_are_disjoint_by_prompt_and_complete():
    examples = [example(f"Question {number % 40}?", response=f"Answer {number}") for number in range(80)]
    parts = [
        {item.instruction for item in choose(examples, EvalSet(sources=["a"], role="fit", part=part), 0, "e").examples}
        for part in ("1/3", "2/3", "3/3")
    ]
    assert all(parts) and sum(map(len, parts)) == 40 == len(set.union(*parts))


def test_an_eval_set_has_no_duplicates_and_keeps_to_its_limit():
    examples = [example(f"Question {number % 30}?") for number in range(40)]
    chosen = choose(examples, EvalSet(sources=["a"], role="test", limit=12), 0, "e")
    assert len(chosen.examples) == len({item.id for item in chosen.examples}) == 12
    assert chosen.dropped == {"duplicate": 10, "over limit": 18}


def test_an_empty_eval_set_is_refused(tmp_path):
    write_table(tmp_path / "a.parquet", to_table([]), EXAMPLES)
    settings = EvalSet(sources=["a"], role="fit", part="1/2")
    with pytest.raises(DataError, match=r"eval_sets\.e: no example is left of 0 of a, part 1/2"):
        make_eval_set("e", settings, 0, [tmp_path / "a.parquet"], tmp_path / "e.parquet", tmp_path / "e.json")


def test_a_draw_is_uniform():
    examples = [example(f"{number}") for number in range(5)]
    generator = np.random.default_rng(0)
    counts = dict.fromkeys((item.id for item in examples), 0)
    for _ in range(2000):
        for item in draw(examples, 2, generator):
            counts[item.id] += 1
    assert all(abs(count - 800) < 100 for count in counts.values())
