"""Which form a source has."""

import pytest

from instructmining.data.errors import DataError
from instructmining.data.forms.detect import detect_form
from tests.unit.data.forms.made import GOOD, TURNS, USER


@pytest.mark.parametrize(
    "rows, message",
    [
        ([{"prompt": "Hi", "answer": "Hello"}], "no known form fits; fields found: answer, prompt"),
        ([{**GOOD["alpaca"], **GOOD["messages"]}], "the forms alpaca, messages all fit"),
        ([GOOD["alpaca"], GOOD["dolly"]], "the forms alpaca, dolly all fit"),
        ([{"instruction": "Hi", "output": "a", "response": "b"}], "no known form fits"),
        ([{"messages": [USER], "conversations": TURNS}], "no known form fits"),
        ([[], "text", None], "no known form fits; fields found: none"),
    ],
)
def test_a_form_that_is_not_plain_is_asked_for(rows, message):
    with pytest.raises(DataError, match=message):
        detect_form(rows)


def test_a_bad_row_among_the_first_does_not_hide_the_form():
    assert detect_form(["text", {"instruction": "no response"}, GOOD["dolly"]]) == "dolly"
