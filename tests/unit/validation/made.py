"""A choice, and a validation, that nobody made."""

from dataclasses import replace
from typing import Any

from instructmining.validation.result import Choice, ValidationResult

CHOICE = Choice("ruled", 1, 64, predicted=0.9, low=0.8, high=1.0, observed=0.95, leverage=0.3, p_value=0.4)


def choice(name: str, **values: Any) -> Choice:
    """A choice with these values, the others being those of CHOICE."""
    return replace(CHOICE, choice=name, **values)


def validation(*choices: Choice) -> ValidationResult:
    """What was found about these choices."""
    return ValidationResult("tiny", "new", 0.95, choices, {}, ("What was found.",))
