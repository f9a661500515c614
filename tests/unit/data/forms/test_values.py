"""The text of a field."""

import pytest

from instructmining.data.errors import BadRow
from instructmining.data.forms.values import kind, optional, required


@pytest.mark.parametrize("value", [None, "", " \n"])
def test_blank_text_is_no_text(value):
    assert optional({"a": value}, "a") == "" == optional({}, "a")
    with pytest.raises(BadRow, match='field "a" is empty; a reason'):
        required({"a": value}, "a", "a reason")


def test_text_keeps_its_blanks():
    assert required({"a": " x\n"}, "a", "") == " x\n"


@pytest.mark.parametrize("value, name", [({}, "an object"), ([], "an array"), (True, "a boolean"), (1.5, "a number")])
def test_a_value_is_called_as_in_json(value, name):
    assert kind(value) == name
