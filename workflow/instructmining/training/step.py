"""One step of training, as it stands in a record and in a checkpoint."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """One optimizer step."""

    loss: float  # mean negative log-likelihood per response token of the batch, in nats
    tokens: int  # that went through the model, padding left out
    learning_rate: float
