"""Settings of the judge: what is answered, how, and who compares the answers."""

from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from instructmining.data.settings import DataPath
from instructmining.endpoint.settings import EndpointSettings
from instructmining.settings import Name, Settings, Untracked


class PromptSet(Settings):
    """Prompts that the tuned models answer."""

    path: Annotated[DataPath, Untracked()]
    """Files of rows with `turns` (as MT-bench has), `messages`, or `prompt`, `instruction`, `question` or `text`.

    Beside the latter, `input`, `context`, `instances`, `system` and `history` are part of the prompt.
    """
    limit: Annotated[int, Field(ge=1)] | None = None
    """How many prompts to take, from the first on; all if not given."""
    ignore: list[str] = []
    """Fields, and keys of turns, to leave out although they are part of a prompt."""


class Generation(Settings):
    """How the tuned models answer."""

    max_tokens: Annotated[int, Field(ge=1)] = 512
    """Longest answer; longer answers are cut, and counted."""
    max_prompt_tokens: Annotated[int, Field(ge=16)] = 1024
    """Longer prompts lose their beginning, and are counted."""
    temperature: Annotated[float, Field(ge=0)] = 0.0
    """0 takes the most likely token each time; above 0, tokens are drawn with the seed of the run."""
    top_p: Annotated[float, Field(gt=0, le=1)] = 1.0
    """Draw from the most likely tokens that together have this probability."""
    batch_tokens: Annotated[int, Field(ge=16)] = 16384
    """Tokens of prompts and answers that are in memory at the same time."""


class Judge(EndpointSettings):
    """A language model compares answers of arms with those of the baseline, through an OpenAI-compatible endpoint."""

    place: ClassVar[str] = "comparison.judge"

    prompts: Annotated[dict[Name, PromptSet], Field(min_length=1)]
    """Sets of prompts, by name; prompts that are in a pool, or in an eval set of role fit or search, are left out."""
    arms: Annotated[list[str], Field(min_length=1)] = ["selected"]
    """The arms that are judged against the comparison's baseline."""
    seeds: Annotated[int, Field(ge=1)] = 1
    """How many fine-tunes of each arm answer the prompts."""
    generation: Generation = Generation()
    """How the tuned models answer."""

    @model_validator(mode="after")
    def _arms_once(self) -> Self:
        if len(set(self.arms)) < len(self.arms):
            raise ValueError("arms: an arm appears twice; name each once")
        return self
