"""Settings of an endpoint: where it is, which model is asked there, and how patiently."""

import re
from typing import Annotated, ClassVar

from pydantic import Field, field_validator

from instructmining.settings import Settings


class EndpointSettings(Settings):
    """A language model behind an OpenAI-compatible endpoint."""

    place: ClassVar[str]
    """Where these settings are in the config, for messages."""

    base_url: str
    """Where the endpoint is, such as `http://localhost:8000/v1`."""
    model: str
    """The model that is asked, by the name that the endpoint knows."""
    key_variable: str | None = None
    """The environment variable that holds the key, such as `OPENAI_API_KEY`; leave it out if the server needs none."""
    max_tokens: Annotated[int, Field(ge=1)] | None = 1024
    """Longest reply; null leaves the limit to the endpoint."""
    timeout_seconds: Annotated[float, Field(gt=0)] = 120.0
    """A request that takes longer is sent again."""
    retries: Annotated[int, Field(ge=0)] = 6
    """How often a request is sent again after a time-out, 429, 5xx or a broken reply, with growing pauses."""
    parallel: Annotated[int, Field(ge=1)] = 4
    """Requests that are sent at the same time."""

    @field_validator("key_variable")
    @classmethod
    def _names_a_variable(cls, value: str | None) -> str | None:
        # The value is not shown: someone may have put the key itself here.
        if value is not None and not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", value):
            raise ValueError("give the name of an environment variable, such as OPENAI_API_KEY, never the key itself")
        return value

    @field_validator("base_url")
    @classmethod
    def _holds_no_secret(cls, value: str) -> str:
        if not re.fullmatch(r"https?://[^\s/?#@]+(/[^\s?#@]*)?", value):
            raise ValueError("give an address such as http://localhost:8000/v1, without user, password or query")
        return value
