"""What a training went through, as it stands in a record, in a checkpoint and in the store."""

from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True)
class Step:
    """One optimizer step."""

    loss: float  # mean negative log-likelihood per response token of the batch, in nats
    tokens: int  # that went through the model, padding left out
    learning_rate: float


@dataclass(frozen=True)
class Trained:
    """What training went through."""

    examples: int
    truncated: int
    device: str
    history: list[Step]
    seconds: float
    seconds_before: float  # of these, in earlier jobs: of one that kept the adapter, or of those that were ended early

    @classmethod
    def earlier(cls, values: dict[str, Any]) -> Self:
        """That of an earlier job, from what it wrote."""
        history = [Step(**step) for step in values["history"]]
        return cls(**{**values, "history": history, "seconds_before": values["seconds"]})
