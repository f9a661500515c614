"""What all settings share: unknown keys are refused, nothing changes after reading, every field has a description."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

NAME = "[A-Za-z0-9_][A-Za-z0-9_-]*"
Name = Annotated[str, StringConstraints(pattern=f"^{NAME}$")]
"""A name that becomes part of a path and of a command: letters, digits, '_', and '-' but not first."""


class Settings(BaseModel):
    """The base of all settings."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


@dataclass(frozen=True)
class Untracked:
    """Marks a key whose value no result depends on, so that changing it reruns nothing.

    It names a file, folder or function of the user's, whose content is an input, or says how much a job may use.
    """
