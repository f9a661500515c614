"""Values as JSON holds them."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from instructmining.data.errors import BadRow
from instructmining.data.reading.json_values import FORMS, Twice, json_row

FORM = {
    "bytes": (b"Say \xc3\xa9", "Say é"),
    "decimal": (Decimal("1.10"), "1.10"),
    "decimal with an exponent": (Decimal("1E+3"), "1000"),
    "date": (date(2020, 1, 2), "2020-01-02"),
    "time stamp": (datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC), "2020-01-02T03:04:05+00:00"),
    "time": (time(3, 4, 5), "03:04:05"),
    "duration": (timedelta(minutes=1, milliseconds=500), 60.5),
    "UUID": (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    "NaN": (float("nan"), None),
    "true": (True, True),
    "a key of bytes": ({b"k": 1}, {"k": 1}),
}


@pytest.mark.parametrize("kind", FORM)
def test_a_value_has_its_form_at_any_depth(kind: str) -> None:
    value, form = FORM[kind]
    assert json_row({"a": value, "b": [{"c": value}]}) == {"a": form, "b": [{"c": form}]}


class Picture:
    """A value of a type that JSON does not have."""

    def __str__(self) -> str:
        return "a picture"


BAD = {
    "another type": (Picture(), 'type Picture cannot be kept; field "a": it has no form in JSON'),
    "a set": ({1}, 'type set cannot be kept; field "a": it has no form in JSON'),
    "bytes": (b"ab\xff", 'bytes that are not UTF-8; field "a": byte 3 is 0xff'),
    "half a pair": ("x\ud800", 'not Unicode text; field "a": half of a surrogate pair'),
    "a number as key": ({1: "x"}, 'a key is not text; field "a": found 1, of type int'),
    "a key twice": (Twice([("k", 1), ("k", 2)]), 'key "k" stands twice; field "a": in one object'),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_value_without_a_form_makes_its_row_bad_and_is_named(kind: str) -> None:
    value, message = BAD[kind]
    bad = json_row({"id": 1, "a": [value]})
    assert isinstance(bad, BadRow) and str(bad) == message and isinstance(bad.content, dict) and bad.content["id"] == 1


def test_an_ignored_field_without_a_form_is_null() -> None:
    assert json_row({"id": 1, "image": Picture()}, ignored=["image"]) == {"id": 1, "image": None}


def test_a_name_that_is_not_unicode_can_be_printed() -> None:
    assert str(json_row({"\udce9": 1})).encode()


def test_no_type_has_a_form_but_those_that_are_listed() -> None:
    assert set(FORMS) == {bytes, Decimal, date, time, timedelta, UUID} and issubclass(datetime, date)


def test_an_object_of_lists_of_roles_and_contents_is_a_list_of_turns() -> None:
    lists = {"role": ["user", "assistant"], "content": ["Say é", "é"]}
    turns = [{"role": "user", "content": "Say é"}, {"role": "assistant", "content": "é"}]
    assert json_row({"messages": lists, "other": {"role": "x", "content": []}}) == {
        "messages": turns,
        "other": {"role": "x", "content": []},
    }


def test_lists_of_the_parts_of_turns_that_differ_in_length_make_a_row_bad() -> None:
    bad = json_row({"messages": {"from": ["human"], "value": ["a", "b"]}})
    assert str(bad) == 'lists of the parts of turns have different lengths; field "messages": 1 from, 2 value'


def test_a_row_that_is_nested_too_deep_is_bad() -> None:
    deep: list[object] = []
    for _ in range(2000):
        deep = [deep]
    assert str(json_row({"a": deep})) == "nested too deep"
