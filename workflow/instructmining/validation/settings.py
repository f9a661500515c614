"""Settings of the validation."""

from typing import Annotated

from pydantic import Field

from instructmining.settings import Settings


class Validation(Settings):
    """The rule is tried before it is believed: models are tuned on sets of examples that are selections, the rule's own
    and others, and measured on the eval sets of role `fit`. Each has the size of a subset and is tuned as one."""

    choices: list[str] | None = None
    """What is tuned on beside the rule's own choice: arms that one indicator chooses, or `random`. If not given, all
    whose indicators are computed."""
    sources: bool = False
    """Also tune on a random draw from each source of the pool: does the rule know which source is better?"""
    seeds: Annotated[int, Field(ge=1)] = 1
    """Fine-tunes per choice."""
    rounds: Annotated[int, Field(ge=1, le=3)] = 1
    """How often the rule is tried; after each round but the last, the choices join the fit."""
