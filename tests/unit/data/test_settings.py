"""Settings of data: what contradicts itself is refused."""

from typing import Any

import pytest
from pydantic import ValidationError

from instructmining.data.settings import EvalSet, Ratings, Source


@pytest.mark.parametrize(
    ("values", "found"), [({}, "none"), ({"path": "a.json", "hub": "x/y"}, "path, hub"), ({"limit": 3}, "none")]
)
def test_a_source_has_exactly_one_origin(values: dict[str, Any], found: str) -> None:
    with pytest.raises(
        ValidationError, match=f"exactly one of path, hub, documentation, tasks, degrade; found {found}"
    ):
        Source.model_validate(values)


def test_a_source_has_a_form_or_a_mapping_of_fields() -> None:
    fields = {"instruction": "q", "response": "a"}
    with pytest.raises(ValidationError, match="give either form or fields"):
        Source.model_validate({"path": "a.json", "form": "alpaca", "fields": fields})


@pytest.mark.parametrize("part", ["0/2", "1", "1/", "1 / 2", "first"])
def test_a_part_that_is_not_a_number_of_a_number_is_refused(part: str) -> None:
    with pytest.raises(ValidationError):
        EvalSet(sources=["a"], role="fit", part=part)


def test_ratings_by_id_name_the_column_of_the_rating() -> None:
    with pytest.raises(ValidationError, match="pool is for ratings by ID"):
        Ratings(path="a.csv", pool="candidates")
    assert Ratings(path="a.csv", pool="candidates", rating="stars").pool == "candidates"
