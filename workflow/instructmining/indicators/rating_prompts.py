"""Prompts that others published for rating examples, each with what its answers are worth and where it is from.

They are quoted to the space, as a model that was trained on them needs; `{output}` is `{response}` here. Only prompts
whose licence lets them be passed on are here. To add one: a row in `PRESETS` and its name in `Preset`.
"""

from dataclasses import dataclass
from typing import Literal

Preset = Literal["deita_complexity", "deita_quality"]


@dataclass(frozen=True)
class Question:
    """What a model is asked about an example, and what it may answer."""

    prompt: str
    """The text, with `{instruction}`, `{response}` or both."""
    answers: dict[str, float]
    """What each answer is worth."""
    source: str = ""
    """Who published it, where, and under which licence; empty for one of the user's own."""


DEITA = "DEITA (Liu et al. 2024, arXiv 2312.15685), model card of `hkust-nlp/deita-{}-scorer`, Apache-2.0"
ONE_TO_SIX = {str(score): float(score) for score in range(1, 7)}

PRESETS: dict[Preset, Question] = {
    "deita_complexity": Question(
        "You are a helpful assistant. Please identify the complexity score of the following user query. \n"
        "##Query: {instruction}  \n##Complexity: ",
        ONE_TO_SIX,
        DEITA.format("complexity"),
    ),
    "deita_quality": Question(
        "You are a helpful assistant. Please identify the quality score of the Response corresponding to the Question."
        " \n #Question#:\n{instruction}\n#Response#:\n{response} \n##Quality: ",
        ONE_TO_SIX,
        DEITA.format("quality"),
    ),
}
