"""One line for each thing that is wrong with a config: the key, what was found, what is allowed."""

from typing import Annotated, Any

import pytest
from pydantic import Field, ValidationError

from instructmining.config_error import explain
from instructmining.settings import Name, Settings


class Inner(Settings):
    size: int = 1


class Outer(Settings):
    inner: Inner = Inner()
    by_name: dict[Name, Inner] = {}
    text: Annotated[str, Field(pattern="^[a-z]+$")] = "a"
    needed: int


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ({}, "needed: this key is required"),
        ({"needed": "x"}, "needed: found 'x'; input should be a valid integer, unable to parse string as an integer"),
        ({"needed": 1, "text": "A"}, "text: found 'A'; allowed: ^[a-z]+$"),
        ({"needed": 1, "by_name": {"a/b": {}}}, "by_name.a/b: found 'a/b'; allowed: letters, digits, '_', and '-' but not first"),
        ({"needed": 1, "inner": {"sise": 2}}, "inner.sise: unknown key; did you mean size? allowed: size"),
        ({"needed": 1, "by_name": {"one": {"other": 2}}}, "by_name.one.other: unknown key; allowed: size"),
    ],
)  # fmt: skip
def test_a_problem_is_one_line_with_its_key(values: dict[str, Any], line: str) -> None:
    with pytest.raises(ValidationError) as error:
        Outer.model_validate(values)
    assert [explain(problem, Outer) for problem in error.value.errors()] == [line]
