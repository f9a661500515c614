"""The result of fine-tunes at several sizes: the loss of each arm over its number of examples."""

from dataclasses import dataclass

from instructmining.comparison.result import Estimate
from instructmining.training.run import Kept


@dataclass(frozen=True)
class Point:
    """An arm at one size."""

    arm: str
    """The arm."""
    kept: Kept
    """What is constant along its curve."""
    examples: int
    """Examples tuned on."""
    steps: int
    """Optimizer steps."""
    loss: Estimate
    """Nats per token, mean over the eval sets of role `test`."""


@dataclass(frozen=True)
class Curves:
    """All curves of one pool and base model."""

    model: str
    """The base model, as named in the config."""
    pool: str
    """The pool that the examples are chosen from."""
    confidence: float
    """Confidence level of the intervals."""
    points: tuple[Point, ...]
    """The points of one curve after another, each in order of size."""
    sentences: tuple[str, ...]
    """What each curve shows, in words."""
