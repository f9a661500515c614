"""What all settings share: unknown keys are refused, nothing changes, names fit into paths and commands."""

import pytest
from pydantic import TypeAdapter, ValidationError

from instructmining.settings import Name, Settings


class Made(Settings):
    size: int = 1
    """How large."""


def test_an_unknown_key_is_refused() -> None:
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        Made.model_validate({"sise": 2})


def test_settings_do_not_change_after_they_are_read() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Made().size = 2


def test_the_text_below_a_field_is_its_description() -> None:
    assert Made.model_fields["size"].description == "How large."


@pytest.mark.parametrize("name", ["", "-a", "a/b", "a.b", "a b", "..", "ä"])
def test_a_name_that_does_not_fit_into_paths_and_commands_is_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Name).validate_python(name)


@pytest.mark.parametrize("name", ["a", "7b", "_x", "my-epochs"])
def test_letters_digits_and_marks_make_a_name(name: str) -> None:
    assert TypeAdapter(Name).validate_python(name) == name
