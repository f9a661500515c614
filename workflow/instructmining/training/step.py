"""How an adapter was trained, as recorded in a checkpoint, in the store and in the record of a run."""

from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True)
class Step:
    """One optimizer step."""

    loss: float
    """Mean negative log-likelihood per response token of the batch, in nats."""
    tokens: int
    """Tokens that went through the model, without padding."""
    learning_rate: float
    """Learning rate of this step."""


@dataclass(frozen=True)
class Trained:
    """How an adapter was trained."""

    examples: int
    """Examples tuned on."""
    truncated: int
    """Of these, examples that were longer than `training.max_tokens`."""
    device: str
    """The GPU, or `cpu`."""
    history: list[Step]
    """Each optimizer step."""
    seconds: float
    """Wall time of the training."""
    seconds_before: float
    """Of these, seconds in earlier jobs: the one that kept the adapter, or those that were stopped early."""

    @classmethod
    def earlier(cls, values: dict[str, Any]) -> Self:
        """The training that an earlier job did, from what it wrote."""
        history = [Step(**step) for step in values["history"]]
        return cls(**{**values, "history": history, "seconds_before": values["seconds"]})
