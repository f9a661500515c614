"""What is wrong with data ends a command with one message."""

import pytest

from instructmining.data.errors import BadRow, DataError, plain_errors


@pytest.mark.parametrize("error", [DataError("a.json: no such form"), FileNotFoundError("a.json: no such file")])
def test_a_command_ends_with_the_message_of_the_error_and_nothing_else(error: Exception) -> None:
    with pytest.raises(SystemExit) as end, plain_errors():
        raise error
    assert end.value.code == str(error)
    assert end.value.__suppress_context__


def test_an_error_of_the_program_keeps_its_traceback() -> None:
    with pytest.raises(ZeroDivisionError), plain_errors():
        raise ZeroDivisionError


def test_a_bad_row_is_counted_by_its_reason_and_told_with_its_detail() -> None:
    bad = BadRow("unknown role", "found 'tool'", {"role": "tool"})
    assert (bad.reason, str(bad), bad.content) == ("unknown role", "unknown role; found 'tool'", {"role": "tool"})
    assert str(BadRow("the row is null")) == "the row is null"
