"""The keys by which rows of a table and examples are matched."""

import json
from typing import Any

import pytest

from instructmining.command import UserError
from instructmining.indicators.match_rows import as_text, matching
from instructmining.indicators.match_settings import Match


@pytest.mark.parametrize(
    ("value", "text"),
    [(7, "7"), (7.0, "7"), ("7", "7"), (7.5, "7.5"), ("", ""), (None, None), (True, None), ([7], None), ({}, None)],
)
def test_a_number_is_the_same_as_its_text_and_nothing_else_is_a_value(value: object, text: str | None) -> None:
    assert as_text(value) == text


@pytest.mark.parametrize("row", [{"other": 7}, {"number": None}, {"number": [7]}, [7], "7"])
def test_an_example_without_the_value_has_no_key(row: Any) -> None:
    matched = matching(Match(column="number"), ["number", "score"])
    assert matched.of_example({"source": "a", "row": json.dumps(row)}) is None


def test_the_source_counts_where_the_table_names_it() -> None:
    matched = matching(Match(column="number"), ["number", "source", "score"])
    assert matched.of_row({"number": 7, "source": "a"}) == ("7", "a")
    assert matched.of_example({"source": "a", "row": '{"number": "7"}'}) == ("7", "a")
    assert matching(Match(column="source"), ["source"]).columns == ("source",)


def test_earlier_turns_are_part_of_an_instruction() -> None:
    turns = [
        {"role": role, "content": text} for role, text in (("system", "be kind"), ("user", "hi"), ("assistant", "yes"))
    ]
    matched = matching(Match(text=True), ["instruction", "response"])
    assert matched.of_example({"messages": turns}) == ("be kind hi", "yes")
    assert matched.of_row({"instruction": "be kind\n\nhi", "response": "yes "}) == ("be kind hi", "yes")


@pytest.mark.parametrize("row", [{"instruction": "", "response": "a"}, {"instruction": "a", "response": None}])
def test_a_row_without_text_has_no_key(row: dict[str, Any]) -> None:
    assert matching(Match(text=True), ["instruction", "response"]).of_row(row) is None


def test_a_table_that_cannot_be_matched_is_told_with_its_columns() -> None:
    with pytest.raises(UserError, match="no column response; found instruction, score"):
        matching(Match(text=True), ["instruction", "score"])
