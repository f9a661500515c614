"""Parts of a document that are made."""

import pytest

from instructmining.marked import renew

MARKS = ("<!-- start -->", "<!-- end -->")


def test_what_is_around_the_marks_stays() -> None:
    text = "one\n<!-- start -->\n{}\n<!-- end -->\ntwo\n"
    assert renew(text.format("old"), MARKS, "new\n") == text.format("new")


@pytest.mark.parametrize(
    "marks", ["", "<!-- start -->", "<!-- end --><!-- start -->", "<!-- start -->" * 2 + "<!-- end -->"]
)
def test_marks_that_are_not_there_once_each_are_an_error(marks: str) -> None:
    with pytest.raises(ValueError, match="once each, in this order"):
        renew(f"one {marks}", MARKS, "new")
