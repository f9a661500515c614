"""Rows of JSON: lines, arrays, objects with line breaks, and the array that an object holds."""

import json

import pytest

from instructmining.data.errors import DataError
from tests.unit.data.reading.conftest import Read

TWO = [{"instruction": "Say a", "output": "a"}, {"instruction": "Say b", "output": "b"}]
TURNS = [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Hello"}]


@pytest.mark.parametrize("indent", [None, 2], ids=["on one line", "with line breaks"])
def test_the_only_array_of_objects_in_one_object_is_read(read: Read, indent: int | None) -> None:
    assert read(json.dumps({"version": "1", "data": TWO}, indent=indent), "data.json") == TWO


SINGLE = (
    {"conversations": TURNS},
    {"id": "1", "messages": [{"role": "user", "content": "Hi"}]},
    {"instruction": "Say a", "instances": [{"input": "", "output": "a"}]},
    {"question": "Say a", "answer": "a"},
)


@pytest.mark.parametrize("name", ["single.json", "single.jsonl"])
@pytest.mark.parametrize("row", SINGLE, ids=lambda row: next(iter(row)))
def test_a_single_row_with_line_breaks_is_a_row(read: Read, row: object, name: str) -> None:
    assert read(json.dumps(row, indent=2), name) == [row]


def test_a_single_line_is_a_row_where_the_name_says_lines(read: Read) -> None:
    row = {"version": "1", "data": TWO}
    assert read(json.dumps(row), "data.jsonl") == [row]


def test_objects_with_line_breaks_that_follow_each_other_are_rows(read: Read) -> None:
    assert read("\n".join(json.dumps(row, indent=2) for row in TWO)) == TWO


NO_ROWS = {
    "its field train is an array of 2 objects, test is an array of 1 object": {"train": TWO, "test": TWO[:1]},
    "its field instruction is an array of 2 values, output is an array of 2 values": {"instruction": ["a", "b"], "output": ["c", "d"]},
    "its field 0 is an object, 1 is an object": {"0": TWO[0], "1": TWO[1]},
    "its field data is an object": {"data": {"train": TWO}},
    "it is empty": {},
    "its field a is null, b is null, c is null, d is null, e is null and 2 more": dict.fromkeys("abcdefg"),
}  # fmt: skip


@pytest.mark.parametrize("what", NO_ROWS)
def test_another_object_is_said(read: Read, what: str) -> None:
    with pytest.raises(
        DataError, match=rf"cannot be read: one JSON object, not rows: {what}; write the rows as an array"
    ):
        read(json.dumps(NO_ROWS[what], indent=2), "data.json")


def test_an_object_with_line_breaks_that_is_broken_says_where(read: Read) -> None:
    with pytest.raises(DataError, match=r"broken JSON: row 1: Expecting value, at line 3 column 9: found '}"):
        read('{\n "data": [\n  {"a": }\n ]\n}', "data.json")


LINES = {
    "a comma after each": ('{"a": 1},\n{"a": 2}', ["broken JSON; a comma follows the object; in JSON lines, a line is an object and no more", {"a": 2}]),
    "a comma inside": ('{"a": 1,}\n{"a": 2}', ["broken JSON; Expecting property name enclosed in double quotes, at column 9: found '}'", {"a": 2}]),
    "two objects": ('{"a": 1} {"a": 2}\n{"a": 3}', ["broken JSON; more follows the value, at column 9: ' {\"a\": 2}'", {"a": 3}]),
    "the first cut off": ('{"a": 1,\n{"a": 2}\n{"a": 3}', ["broken JSON; Expecting property name enclosed in double quotes, at column 9: the text ends", {"a": 2}, {"a": 3}]),
    "single quotes": ("{'a': 1}\n{\"a\": 2}", ["broken JSON; Expecting property name enclosed in double quotes, at column 2: found \"'a': 1}\"", {"a": 2}]),
    "NaN and infinity": ('{"a": NaN, "b": [Infinity, -Infinity, 1e999]}\n{"a": 1}', [{"a": None, "b": [None] * 3}, {"a": 1}]),
    "carriage returns alone": ('{"a": 1}\r{"a": 2}\r', [{"a": 1}, {"a": 2}]),
    "carriage returns and blank lines": ('\r\n{"a": 1}\r\n \r\n\r\n{"a": 2}\r\n', [{"a": 1}, {"a": 2}]),
    "marks of byte order between": ('\ufeff{"a": 1}\n\ufeff{"a": 2}\n', [{"a": 1}, {"a": 2}]),
    "values that are no objects": ('1\n"x"\nnull\n[2]', [1, "x", None, [2]]),
    "blank lines alone": (" \n\r\n", []),
    "nothing": ("", []),
}  # fmt: skip


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.json", "rows.ndjson"])
@pytest.mark.parametrize("kind", LINES)
def test_lines_are_read_or_are_bad_one_by_one(read: Read, kind: str, name: str) -> None:
    text, rows = LINES[kind]
    assert read(text, name) == rows


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1}\n{"b": {"k": 1, "k": 2}}',
        '[{"a": 1},\n{"b": {"k": 1, "k": 2}}]',
        '{"data": [{"a": 1},\n{"b": {"k": 1, "k": 2}}]}',
    ],
    ids=["lines", "array", "object"],
)
def test_a_key_that_stands_twice_makes_its_row_bad_at_any_depth(read: Read, text: str) -> None:
    assert read(text, "rows.json") == [{"a": 1}, 'key "k" stands twice; field "b": in one object']


def test_a_key_that_stands_twice_in_a_row_is_named(read: Read) -> None:
    assert read('{"instruction": "Say a", "output": "first", "output": "second"}') == [
        'key "output" stands twice; in one object'
    ]


def test_what_stands_beside_the_rows_of_one_object_is_said(read: Read, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    read(json.dumps({"version": "1", "note": "", "data": TWO}), "data.json")
    assert caplog.messages[0].endswith("data.json: the rows are in data; not read beside it: version")


def test_what_changes_the_meaning_of_the_rows_may_not_stand_beside_them(read: Read) -> None:
    with pytest.raises(
        DataError, match="the rows are in data, but system_prompt stands beside it; write it into each row"
    ):
        read(json.dumps({"system_prompt": "Be a pirate", "data": TWO}), "data.json")


def test_an_array_that_is_nested_too_deep_is_said(read: Read) -> None:
    with pytest.raises(DataError, match="row 1: nested too deep"):
        read("[" * 100_000, "rows.json")
