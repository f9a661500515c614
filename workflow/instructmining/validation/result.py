"""What `validation.json` holds: for each choice, the loss that the rule predicts and the one that was observed."""

import re
from dataclasses import dataclass

RULED = re.compile(r"ruled(_[12])?")
"""The rule's own choice; with a number, that of a round of the validation before the last."""
RANDOM = "random"
"""The choice that is drawn at random."""


@dataclass(frozen=True)
class Choice:
    """A set of examples that looks like a selection, or several draws of one kind."""

    choice: str
    """The arm that it is, such as `ruled` for the rule's own choice."""
    seeds: int
    """Fine-tunes on it."""
    examples: int
    """Examples in it."""
    predicted: float
    """Log loss that the rule predicts, its optimism added."""
    low: float | None
    """Lower end of the interval of the prediction, for the mean of so many fine-tunes; None if it is not known."""
    high: float | None
    """Upper end of it."""
    observed: float
    """Mean log loss over the fine-tunes, on the eval sets of role `fit`."""
    leverage: float | None
    """How far it is from the subsets that the rule was fitted to; see `rule.json`."""
    p_value: float | None
    """How often observed and predicted would be as far apart if the rule held, after Holm's correction."""
    optimism: float = 0.0
    """How much too low a rule predicts the loss of examples that it chooses itself; 0 for other choices."""

    @property
    def inside(self) -> bool:
        """Whether the observed log loss is inside the interval; true where there is none."""
        return self.low is None or self.high is None or self.low <= self.observed <= self.high

    def refutes(self, confidence: float) -> bool:
        """Whether its loss is not what the rule predicts, by more than chance."""
        return self.p_value is not None and self.p_value < 1 - confidence


GAIN = "the gain over random draws"


@dataclass(frozen=True)
class Gain:
    """How far the log loss of the rule's own choice is below that of random draws: what a selection is made for."""

    predicted: float
    """The difference that the rule predicts."""
    low: float | None
    """Lower end of the interval of the prediction; None if it is not known."""
    high: float | None
    """Upper end of it."""
    observed: float
    """The difference of the mean log losses; below zero, random draws are better."""
    p_value: float | None
    """How often observed and predicted would be as far apart if the rule held."""

    def refutes(self, confidence: float) -> bool:
        """Whether the gain falls short of what the rule predicts, by more than chance."""
        return self.p_value is not None and self.p_value < 1 - confidence and self.observed < self.predicted


@dataclass(frozen=True)
class ValidationResult:
    """The rule tried on the choices from one pool."""

    model: str
    """The base model."""
    pool: str
    """The pool that they are chosen from."""
    confidence: float
    """Level of the intervals, and of the test."""
    choices: tuple[Choice, ...]
    """Each choice, the rule's own first."""
    left_out: dict[str, str]
    """What was tuned on but cannot be compared, and why."""
    sentences: tuple[str, ...]
    """What was found, in words."""
    gain: Gain | None = None
    """The rule's own choice beside random draws; None where one of them was not tuned on, or does not compare."""

    @property
    def refuted(self) -> list[str]:
        """What refutes the rule: choices whose losses are not what it predicts, by more than chance, and its gain."""
        by_gain = self.gain is not None and self.gain.refutes(self.confidence)
        return [*(each.choice for each in self.choices if each.refutes(self.confidence)), *([GAIN] * by_gain)]
