"""Settings of the scorer `rating`: which model is asked, where, what, and what each answer is worth."""

import re
from typing import Annotated, Any, ClassVar, Self

from pydantic import AfterValidator, Field, FiniteFloat, field_validator, model_validator

from instructmining.endpoint.settings import EndpointSettings
from instructmining.indicators.declaration import Indicator
from instructmining.indicators.rating_prompts import PRESETS, Preset, Question
from instructmining.models.settings import Dtype, ModelFiles
from instructmining.settings import Settings, Untracked

FIELD = re.compile(r"\{([A-Za-z_]+)\}")
"""A place in a prompt that a text of the example fills; other braces are text."""
FIELDS = ("instruction", "response")
LOCAL = frozenset({"max_tokens", "batch_tokens", "dtype", "parameters"})
"""Keys that say how a model runs here."""


class RatingEndpoint(EndpointSettings):
    """The model is asked through an OpenAI-compatible endpoint, by a message that is the filled prompt."""

    place: ClassVar[str] = "indicators.rating.endpoint"

    max_tokens: Annotated[int, Field(ge=1)] = 1
    """Longest reply; more than 1 is for `logprobs: false` and answers of several tokens."""
    logprobs: bool = True
    """Whether to ask for the probabilities of the answers; false is for an endpoint that refuses it."""


def _names_each_field_once(prompt: str) -> str:
    named = FIELD.findall(prompt)
    if unknown := [f"{{{field}}}" for field in named if field not in FIELDS]:
        raise ValueError(f"found {', '.join(unknown)}; a prompt has {{instruction}}, {{response}} or both")
    if not named or len(set(named)) < len(named):
        raise ValueError("needs {instruction}, {response} or both, each once")
    if FIELD.split(prompt)[-1] == "":
        raise ValueError("ends in the example's text; let it end in a word such as `Answer:`, which asks for one")
    return prompt


def _differ(answers: dict[str, float]) -> dict[str, float]:
    if len(set(answers.values())) == 1:
        raise ValueError("all answers are worth the same, so every example would have the same rating")
    return answers


class RatingScorer(Settings):
    """`rating`: what a language model answers when it is asked about an example, as a number."""

    gives: ClassVar[tuple[Indicator, ...]] = (
        Indicator(
            "rating",
            meaning="what a language model answers when it is asked about the example",
            definition="mean of what the `answers` are worth, weighted by their probabilities as the next token after"
            " the `prompt`, scaled to sum to 1 (as in Ask-LLM, Sachdeva et al. 2024, and DEITA, Liu et al. 2024)",
            better="higher",
            range="from the lowest value of `answers` to the highest",
            reads="what the prompt names: all turns before it, the last response",
        ),
    )
    gpu: ClassVar[bool] = True
    converts_weights: ClassVar[bool] = True

    model: ModelFiles | None = None
    """Any causal language model, or see `endpoint`."""
    endpoint: RatingEndpoint | None = None
    """Instead of `model`: where a model is asked that runs elsewhere."""
    preset: Preset | None = None
    """Instead of `prompt` and `answers`: a published prompt with its scale; docs/indicators.md lists them."""
    prompt: Annotated[str, AfterValidator(_names_each_field_once)] | None = None
    """What it is asked, with `{instruction}`, `{response}` or both, each once; the answer follows its last word."""
    answers: Annotated[dict[str, FiniteFloat], Field(min_length=2), AfterValidator(_differ)] | None = None
    """What each answer is worth, such as `{"yes": 1, "no": 0}`; each answer must be one token of the model."""
    max_tokens: Annotated[int, Field(ge=64)] = 1024
    """A longer text loses the beginning of the instruction, then the end of the response; the prompt's words stay."""
    batch_tokens: Annotated[int, Field(ge=16)] = 4096
    """Tokens in a batch, padding included; on a CPU at most 512, as larger batches are slower there."""
    dtype: Dtype = "bf16"
    """Number format of the weights."""
    parameters: Annotated[float | None, Field(gt=0), Untracked()] = None
    """Number of parameters, such as 7e9, from which memory and time of jobs are estimated; required with `model`."""

    @property
    def question(self) -> Question:
        """What is asked: the preset, or the user's own."""
        return PRESETS[self.preset] if self.preset else Question(self.prompt or "", self.answers or {})

    @field_validator("answers", mode="before")
    @classmethod
    def _answers_are_quoted(cls, answers: Any) -> Any:
        if isinstance(answers, dict) and (bare := [str(answer) for answer in answers if not isinstance(answer, str)]):
            raise ValueError(f"found the answers {', '.join(bare)}, which YAML reads as no text; put them in quotes")
        return answers

    @model_validator(mode="after")
    def _one_question(self) -> Self:
        own = [name for name, value in (("prompt", self.prompt), ("answers", self.answers)) if value is not None]
        if len(own) != (0 if self.preset else 2):
            found = ", ".join([*(["preset"] if self.preset else []), *own]) or "none"
            raise ValueError(f"needs either preset, or prompt and answers; found {found}")
        return self

    @model_validator(mode="after")
    def _one_model(self) -> Self:
        if (self.model is None) == (self.endpoint is None):
            raise ValueError("needs exactly one of model, endpoint")
        if self.model and self.parameters is None:
            raise ValueError("parameters: required with model, such as 7e9")
        if self.endpoint and (local := sorted(self.model_fields_set & LOCAL)):
            raise ValueError(f"{', '.join(local)}: for a model of this machine only; the endpoint has its own")
        return self

    @model_validator(mode="after")
    def _answers_differ_at_an_endpoint(self) -> Self:
        if self.endpoint and len({answer.strip() for answer in self.question.answers}) < len(self.question.answers):
            raise ValueError("answers: some differ in spaces only, which are not looked at in replies of an endpoint")
        return self
