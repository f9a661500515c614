"""A selection has exactly one size, and a search a range to search in."""

from typing import Any

import pytest
from pydantic import ValidationError

from instructmining.selection.settings import Search, Selection


@pytest.mark.parametrize(
    "sizes", [{}, {"examples": 5, "fraction": 0.5}, {"examples": 5, "search": {"low": 1, "high": 9}}]
)
def test_a_selection_has_exactly_one_size(sizes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="needs exactly one of examples, fraction, search"):
        Selection.model_validate(sizes)


@pytest.mark.parametrize("low", [9, 10])
def test_a_range_without_sizes_is_refused(low: int) -> None:
    with pytest.raises(ValidationError, match=f"low is {low}, but must be below high, which is 9"):
        Search(low=low, high=9)


@pytest.mark.parametrize("sizes", [{"examples": 0}, {"fraction": 0}, {"fraction": 1.5}])
def test_a_selection_of_nothing_or_of_more_than_the_pool_is_refused(sizes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Selection.model_validate(sizes)
