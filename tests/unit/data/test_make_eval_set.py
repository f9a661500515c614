"""Eval sets: parts, duplicates, limits, and an account of all that was left out."""

import pytest

from instructmining.data.errors import DataError
from instructmining.data.make_eval_set import choose_examples, in_part, make_eval_set
from instructmining.data.reports import EvalSetReport
from instructmining.data.settings import EvalSet
from instructmining.example import EXAMPLES, to_table
from instructmining.files import write_table
from tests.unit.data.made import example, read_report


def test_parts_of_an_eval_set_are_disjoint_by_prompt_and_complete():
    examples = [example(f"Question {number % 40}?", response=f"Answer {number}") for number in range(80)]
    parts = [
        {
            item.instruction
            for item in choose_examples(examples, EvalSet(sources=["a"], role="fit", part=part), 0, "e").examples
        }
        for part in ("1/3", "2/3", "3/3")
    ]
    assert all(parts) and sum(map(len, parts)) == 40 == len(set.union(*parts))


def test_an_eval_set_has_no_duplicates_and_keeps_to_its_limit():
    examples = [example(f"Question {number % 30}?") for number in range(40)]
    chosen = choose_examples(examples, EvalSet(sources=["a"], role="test", limit=12), 0, "e")
    assert len(chosen.examples) == len({item.id for item in chosen.examples}) == 12
    assert chosen.dropped == {"duplicate": 10, "over limit": 18}


def test_an_empty_eval_set_is_refused(tmp_path):
    write_table(tmp_path / "a.parquet", to_table([]), EXAMPLES)
    settings = EvalSet(sources=["a"], role="fit", part="1/2")
    with pytest.raises(DataError, match=r"eval_sets\.e: no example is left of 0 of a, part 1/2"):
        make_eval_set("e", settings, 0, [tmp_path / "a.parquet"], tmp_path / "e.parquet", tmp_path / "e.json")


def test_an_eval_set_of_which_nothing_is_left_says_why(tmp_path):
    item = example("One?")
    part = next(part for part in ("1/2", "2/2") if not in_part(item, part))
    write_table(tmp_path / "a.parquet", to_table([item, item]), EXAMPLES)
    settings, files = (
        EvalSet(sources=["a"], role="fit", part=part),
        [tmp_path / name for name in ("e.parquet", "e.json")],
    )
    with pytest.raises(DataError, match=r"no example is left of 2 of a, part ./2 \(1 other part, 1 duplicate\)"):
        make_eval_set("e", settings, 0, [tmp_path / "a.parquet"], *files)


def test_a_part_is_given_by_the_prompt_whatever_the_response() -> None:
    parts = {in_part(example("Why?", response=f"Answer {number}"), "1/2") for number in range(20)}
    assert len(parts) == 1


def test_an_eval_set_comes_with_an_account_of_all_that_was_left_out(tmp_path):
    write_table(tmp_path / "a.parquet", to_table([example("One?"), example("One?"), example("Two?")]), EXAMPLES)
    settings = EvalSet(sources=["a"], role="test")
    make_eval_set("e", settings, 0, [tmp_path / "a.parquet"], tmp_path / "e.parquet", tmp_path / "e.json")
    assert read_report(EvalSetReport, tmp_path / "e.json") == EvalSetReport("e", "test", None, 3, 2, {"duplicate": 1})
