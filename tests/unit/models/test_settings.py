"""Settings of models: one place for the files."""

from typing import Any

import pytest
from pydantic import ValidationError

from instructmining.models.settings import BaseModel, ModelFiles


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "exactly one of hub, path, package; found none"),
        ({"hub": "x/y", "package": "z"}, "exactly one of hub, path, package; found hub, package"),
        ({"path": "models/one", "revision": "main"}, "revision is for models of the hub only"),
    ],
)
def test_the_files_of_a_model_lie_in_one_place(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        ModelFiles.model_validate(values)


def test_a_base_model_runs_no_code_of_its_own_unless_told_to() -> None:
    assert not BaseModel(hub="x/y", parameters=1e9).trust_remote_code


def test_the_number_of_parameters_is_above_zero() -> None:
    with pytest.raises(ValidationError, match="greater than 0"):
        BaseModel(hub="x/y", parameters=0)
