"""Settings of the report."""

from typing import Annotated

from pydantic import Field

from instructmining.settings import Settings


class Report(Settings):
    """What the report shows."""

    examples: Annotated[int, Field(ge=0)] = 20
    """How many of the first and of the last examples of a ranking."""
