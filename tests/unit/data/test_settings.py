"""Settings of data: what contradicts itself is refused."""

from typing import Any

import pytest
from pydantic import ValidationError

from instructmining.data.settings import EvalSet, Pool, Ratings, Source
from instructmining.settings import Settings


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


PATHS = {
    "": "is empty",
    " ": "found ' ', expected a path or a list of paths",
    (): "is empty",
    ("a.json", ""): "expected a path or a list of paths",
    ("a.json", "b.json", "a.json"): "a.json is named twice",
    3: "found 3, expected a path or a list of paths",
}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("settings", [Source, Ratings])
def test_a_path_names_at_least_one_file_and_none_twice(settings: type[Settings], path: object) -> None:
    with pytest.raises(ValidationError, match=PATHS[path]):
        settings.model_validate({"path": list(path) if isinstance(path, tuple) else path})


def test_a_path_may_be_a_list() -> None:
    assert Source.model_validate({"path": ["a.json", "b.json"]}).path == ["a.json", "b.json"]


@pytest.mark.parametrize("threshold", [True, "on", 0.4])
def test_near_duplicates_need_a_threshold(threshold: object) -> None:
    with pytest.raises(ValidationError, match="near_duplicates"):
        Pool.model_validate({"sources": ["a"], "near_duplicates": threshold})


def test_a_path_holds_no_nul() -> None:
    with pytest.raises(ValidationError, match="expected a path"):
        Source(path="a\0.jsonl")
