"""What is wrong with data is told with what a report counts it by."""

from instructmining.command import UserError
from instructmining.data.errors import BadRow, DataError


def test_a_user_can_mend_data() -> None:
    assert issubclass(DataError, UserError)


def test_a_bad_row_is_counted_by_its_reason_and_told_with_its_detail() -> None:
    bad = BadRow("unknown role", "found 'tool'", {"role": "tool"})
    assert (bad.reason, str(bad), bad.content) == ("unknown role", "unknown role; found 'tool'", {"role": "tool"})
    assert str(BadRow("the row is null")) == "the row is null"
