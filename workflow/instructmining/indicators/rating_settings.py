"""Settings of the scorer `rating`: which model is asked, what, and what each answer is worth."""

import re
from typing import Annotated, Any, ClassVar

from pydantic import Field, FiniteFloat, field_validator

from instructmining.indicators.declaration import Indicator
from instructmining.models.settings import Dtype, ModelFiles
from instructmining.settings import Settings, Untracked

FIELD = re.compile(r"\{([A-Za-z_]+)\}")
"""A place in a prompt that a text of the example fills; other braces are text."""
FIELDS = ("instruction", "response")


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

    model: ModelFiles
    """Any causal language model."""
    prompt: str
    """What it is asked, with `{instruction}`, `{response}` or both, each once; the answer follows its last word."""
    answers: Annotated[dict[str, FiniteFloat], Field(min_length=2)]
    """What each answer is worth, such as `{"yes": 1, "no": 0}`; each answer must be one token of the model."""
    max_tokens: Annotated[int, Field(ge=64)] = 1024
    """A longer text loses the beginning of the instruction, then the end of the response; the prompt's words stay."""
    batch_tokens: Annotated[int, Field(ge=16)] = 4096
    """Tokens in a batch, padding included; on a CPU at most 512, as larger batches are slower there."""
    dtype: Dtype = "bf16"
    """Number format of the weights."""
    parameters: Annotated[float, Field(gt=0), Untracked()]
    """Number of parameters, such as 7e9, from which memory and time of jobs are estimated."""

    @field_validator("prompt")
    @classmethod
    def _names_each_field_once(cls, prompt: str) -> str:
        named = FIELD.findall(prompt)
        if unknown := [f"{{{field}}}" for field in named if field not in FIELDS]:
            raise ValueError(f"found {', '.join(unknown)}; a prompt has {{instruction}}, {{response}} or both")
        if not named or len(set(named)) < len(named):
            raise ValueError("needs {instruction}, {response} or both, each once")
        if FIELD.split(prompt)[-1] == "":
            raise ValueError("ends in the example's text; let it end in a word such as `Answer:`, which asks for one")
        return prompt

    @field_validator("answers", mode="before")
    @classmethod
    def _answers_are_quoted(cls, answers: Any) -> Any:
        if isinstance(answers, dict) and (bare := [str(answer) for answer in answers if not isinstance(answer, str)]):
            raise ValueError(f"found the answers {', '.join(bare)}, which YAML reads as no text; put them in quotes")
        return answers

    @field_validator("answers")
    @classmethod
    def _answers_differ(cls, answers: dict[str, float]) -> dict[str, float]:
        if len(set(answers.values())) == 1:
            raise ValueError("all answers are worth the same, so every example would have the same rating")
        return answers
