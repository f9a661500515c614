"""Settings of how the rows of a table of scores are matched to examples."""

from typing import Self

from pydantic import model_validator

from instructmining.settings import Settings


class Match(Settings):
    """How the rows of a table are matched to examples, if not by the examples' IDs: by exactly one of these."""

    column: str | None = None
    """By a value: a column of the table that is also a field of the sources' rows, such as their own `id`. If sources
    have equal values, the table needs a column `source` as well, with the names of the sources."""
    text: bool = False
    """By the text: columns `instruction` (and `input`) and `response` or `output`, or `messages`."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.column is not None) == self.text:
            raise ValueError("needs exactly one of column, text")
        return self
