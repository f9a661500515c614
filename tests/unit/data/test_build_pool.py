"""Pools: deduplication, decontamination, shards, and an account of every example."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from instructmining.data.build_pool import build_pool, shard_of
from instructmining.data.errors import DataError
from instructmining.data.near_duplicates import NEAR_DUPLICATES
from instructmining.data.pool_filter import CONTAMINATED
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
            tmp_path / "near_duplicates.parquet",
        )
        contaminated = read_table(tmp_path / "contaminated.parquet", CONTAMINATED).to_pylist()
        return [read_examples(path) for path in paths], read_report(PoolReport, tmp_path / "report.json"), contaminated

    return build


def test_of_equal_examples_the_first_sources_is_kept(built):
    first = [example("One?"), example("Two?"), example("One?  \r\n")]
    ((kept,), report, _) = built(first, [example("Two?", "b"), example("Three?", "b", degraded="x")])
    assert [(item.instruction, item.source) for item in kept] == [("One?", "a"), ("Two?", "a"), ("Three?", "b")]
    assert report.sources == {
        "a": SourceInPool(3, 2, 0, {"duplicate within its source": 1}, None),
        "b": SourceInPool(2, 1, 1, {"duplicate of another source": 1}, None),
    }
    assert report.rows_in == 5 == report.kept + sum(report.dropped.values())


def test_an_example_whose_prompt_is_in_an_eval_set_is_dropped(built):
    candidates = [example(LONG.upper() + "!", response="Other."), example("Short one?"), example("Not in there?")]
    ((kept,), report, contaminated) = built(candidates, eval_set=[example(LONG), example("short one")])
    assert [item.instruction for item in kept] == ["Not in there?"]
    assert [(row["id"], row["eval_set"], row["part"], row["overlap"]) for row in contaminated] == [
        (candidates[0].id, "fit", "prompt", 1.0),
        (candidates[1].id, "fit", "prompt", 1.0),
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
    why = r"pool candidates: no example is left of 3 \(2 contaminated by fit, 1 duplicate within its source\); add sources"
    with pytest.raises(DataError, match=why):
        built([example("One?"), example("Two?"), example("One?")], eval_set=[example("One?"), example("Two?")])
    assert not (tmp_path / "000.parquet").exists()


def test_a_thousand_shards_are_written(built):
    shards, _, _ = built([example(f"Question {number}?") for number in range(50)], shards=1000)
    assert sum(map(len, shards)) == 50


def test_an_example_of_an_undeclared_source_is_refused(built):
    with pytest.raises(DataError, match="source 'b' is not one of the pool's sources: a"):
        built([example("One?"), example("Two?", "b")])


PREAMBLE = "Below is an instruction that describes a task. Write a response that appropriately completes the request."
TASKS = ["Name a colour.", "Add two numbers.", "Write a haiku.", "Spell tree.", "Greet me.", "Count to ten."]


def test_what_a_template_is_counted_in_and_what_it_is_are_in_the_report(built):
    framed = [example(f"{PREAMBLE} {task}", response="ok") for task in TASKS]
    (kept,), report, contaminated = built(framed[:3], eval_set=framed[3:])
    assert (kept, contaminated, report.dropped) == (framed[:3], [], {})
    assert report.template_grams == 9 and report.template_examples == (PREAMBLE.lower().replace(".", ""),)


def test_forty_eval_prompts_and_three_of_a_pool_that_share_a_frame_share_no_task(built):
    frame = "You are a helpful assistant. Read the task and answer it as well as you can. Task: {} Answer:"
    evals = [example(frame.format(f"Describe animal no. {number} in detail")) for number in range(40)]
    pool = [example(frame.format(task), response="fine") for task in TASKS[:3]]
    leak = example(frame.format("describe animal no. 7 in  detail"))
    (kept,), report, (row,) = built([*pool, leak], eval_set=evals)
    assert kept == pool and report.dropped == {"contaminated": 1} and row["id"] == leak.id


def test_a_source_that_eval_sets_take_much_of_is_warned_of(built, caplog):
    _, report, _ = built([example(task) for task in TASKS], [example("Sing!", "b")], eval_set=map(example, TASKS[:2]))
    warning = report.sources["a"].warning
    assert warning and warning.startswith("2 of 6 examples of a were dropped (2 contaminated by fit): ")
    assert warning in caplog.text and report.sources["b"].warning is None


def test_an_eval_answer_in_a_pool_is_contamination(built):
    leak = example("Say it.", response=f"As I said: {LONG}")
    (kept,), _, (row,) = built([leak, example("Sing!")], eval_set=[example("What did he say?", response=LONG)])
    assert [item.instruction for item in kept] == ["Sing!"]
    assert row == {"id": leak.id, "source": "a", "eval_set": "fit", "part": "answer", "overlap": 1.0}


def test_near_duplicates_are_dropped_where_the_config_asks_for_it(built, tmp_path):
    words = " ".join(f"word{number}" for number in range(60))
    first, second, third = example(words), example(f"{words} so"), example(f"So {words}", "b")
    assert len(built([first, second], [third])[0][0]) == 3
    (kept,), report, _ = built([first, second], [third], near_duplicates=0.8)
    assert kept == [first] and report.near_duplicates == 0.8
    assert report.dropped == {"near duplicate within its source": 1, "near duplicate of another source": 1}
    rows = read_table(tmp_path / "near_duplicates.parquet", NEAR_DUPLICATES).to_pylist()
    assert [(row["id"], row["source"], row["kept"], row["kept_source"]) for row in rows] == [
        (second.id, "a", first.id, "a"),
        (third.id, "b", first.id, "a"),
    ]


def test_which_near_duplicate_is_kept_does_not_depend_on_eval_sets(built):
    words = " ".join(f"word{number}" for number in range(60))
    pool = [example(words), example(f"{words} so"), example("Sing!")]
    (deduplicated,), _, _ = built(pool, near_duplicates=0.8)
    (kept,), _, _ = built(pool, eval_set=[example(words)], near_duplicates=0.8)
    assert (deduplicated, kept) == ([pool[0], pool[2]], [pool[2]])


def test_two_programs_that_differ_in_indentation_are_both_kept(built):
    two = [example("Fix", response=f"if x:\n    y()\n{blanks}z()") for blanks in ("", "    ")]
    assert built(two)[0] == [two]


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.sampled_from(TASKS + [f"{LONG}{mark}" for mark in (".", " now", " today")]), min_size=1),
    st.integers(2, 5),
)
def test_a_pool_does_not_depend_on_the_number_of_shards(built, prompts, shards):
    pool = [example("Left."), *map(example, prompts)]
    one, several = (
        built(pool, eval_set=[example(TASKS[0])], shards=number, near_duplicates=0.5) for number in (1, shards)
    )
    assert sorted(item.id for item in one[0][0]) == sorted(item.id for shard in several[0] for item in shard)
    assert (one[1].sources, one[2]) == (several[1].sources, several[2])
