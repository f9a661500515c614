"""What a selection follows: the rule, or what it falls back on, and why; `decide` makes it."""

from dataclasses import dataclass

from instructmining.validation.result import Choice

BY_RULE = "rule"


@dataclass(frozen=True)
class Reason:
    """One thing that must hold where a selection follows the rule."""

    name: str
    """What is asked."""
    holds: bool | None
    """Whether it holds; None where nothing says that it does not."""
    sentence: str
    """The evidence, in words."""


@dataclass(frozen=True)
class Decision:
    """What a selection follows, and why."""

    model: str
    """The base model."""
    pool: str
    """The pool selected from."""
    by: str
    """`rule`, or the arm whose order it falls back on."""
    reasons: tuple[Reason, ...]
    """What was asked."""
    sentence: str
    """The decision in words."""
    choices: tuple[Choice, ...] = ()
    """What the validation tried, of all rounds; empty without one."""

    @property
    def sentences(self) -> list[str]:
        """The decision, then what it rests on."""
        return [self.sentence, *(reason.sentence for reason in self.reasons)]


FOLLOWS = Decision("", "", BY_RULE, (), "The selection follows the rule, whatever the evidence.")
"""Where the config asks for no decision."""
