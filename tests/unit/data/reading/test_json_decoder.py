"""Decoding JSON, and what is said where it is broken."""

import pytest

from instructmining.data.reading.json_decoder import BrokenJsonError, decode, elements, values
from instructmining.data.reading.json_values import Twice


def test_a_value_is_decoded_from_a_place_on() -> None:
    assert decode('x {"a": [1, null]} y', 2) == ({"a": [1, None]}, 18)


def test_an_object_with_a_key_that_stands_twice_keeps_all_of_it() -> None:
    value, _ = decode('{"a": 1, "b": 2, "a": 3}')
    assert isinstance(value, Twice) and value == [("a", 1), ("b", 2), ("a", 3)] and value.key() == "a"


def test_values_may_have_line_breaks_and_follow_each_other() -> None:
    assert list(values(' {\n"a": 1}\n{"a": 2} 3\n')) == [{"a": 1}, {"a": 2}, 3]


@pytest.mark.parametrize("text", ["[]", " [\n] ", "\n[ ]\n"])
def test_an_empty_array_has_no_elements(text: str) -> None:
    assert list(elements(text)) == []


BROKEN = {
    '[{"a": 1},\n {"a": }]': "broken JSON: row 2: Expecting value, at line 2 column 8: found '}]'",
    '[{"a": 1},\n]': "broken JSON: a comma after row 1, but no further row, at line 2 column 1: found ']'",
    '[{"a": 1}\n {"a": 2}]': "broken JSON: expected a comma or ] after row 1, at line 2 column 2: found '{\"a\": 2}]'",
    '[{"a": 1}, {"a": 2}': "broken JSON: expected a comma or ] after row 2, at column 20: the text ends",
    "[1]\n[2]": "broken JSON: there is more after the end of the array, at line 2 column 1: found '[2]'",
    f"[{'9' * 5000}]": "broken JSON: row 1: a number has too many digits",
}


@pytest.mark.parametrize("text", BROKEN, ids=lambda text: text[:20])
def test_a_broken_array_says_where(text: str) -> None:
    with pytest.raises(ValueError) as error:
        list(elements(text))
    assert str(error.value) == BROKEN[text]


@pytest.mark.parametrize(
    ("text", "ends"), [('{"a": [', True), ('{"a": 1,', True), ('{"a": }', False), ('{"a": "x', False)]
)
def test_a_text_that_could_go_on_is_told_from_one_that_is_broken(text: str, ends: bool) -> None:
    with pytest.raises(BrokenJsonError) as error:
        decode(text)
    assert error.value.ends == ends
