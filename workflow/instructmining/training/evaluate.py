"""Measure the loss of a model on eval sets."""

from dataclasses import dataclass
from typing import Any

from instructmining.models.batches import budget_batches, halve_on_out_of_memory, make_batch
from instructmining.models.likelihood import summed_losses
from instructmining.models.load import pick_device
from instructmining.models.prompt import Tokens
from instructmining.progress import Progress


@dataclass(frozen=True)
class ResponseLoss:
    """The loss of one response: its negative log-likelihood in nats, summed over its tokens."""

    loss: float
    tokens: int


def evaluate(model: Any, conversations: list[Tokens], budget: int, pad: int, title: str) -> list[ResponseLoss]:
    """The loss of each response, in the order given."""
    progress = Progress(f"evaluating on {title}", len(conversations), "examples")
    losses = [0.0] * len(conversations)
    device, done = pick_device(), 0

    def run(group: list[int]) -> list[float]:
        return summed_losses(model, make_batch([conversations[i] for i in group], pad).to(device))

    for group in budget_batches([len(conversation) for conversation in conversations], budget):
        for i, loss in zip(group, halve_on_out_of_memory(group, run), strict=True):
            losses[i] = loss
        done += len(group)
        progress.show(done)
    return [ResponseLoss(loss, len(c.response)) for loss, c in zip(losses, conversations, strict=True)]


def summarise(losses: list[ResponseLoss], role: str) -> dict[str, Any]:
    """Both means: `token_loss` weights by tokens, `example_loss` gives every example the same weight."""
    tokens = sum(item.tokens for item in losses)
    return {
        "role": role,
        "examples": len(losses),
        "tokens": tokens,
        "token_loss": sum(item.loss for item in losses) / tokens,
        "example_loss": sum(item.loss / item.tokens for item in losses) / len(losses),
    }
