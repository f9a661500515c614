"""The loss of a response under a causal language model: the same for scoring, training and evaluation."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor

from instructmining.models.batches import IGNORED, Batch


def response_losses(model: Any, batch: Batch) -> Tensor:
    """Negative log-likelihood of each token of the responses, in nats, row by row. (response tokens of the batch,)"""
    predicted = batch.labels != IGNORED  # (batch, tokens)
    with head_only_at(model, predicted):
        logits = model(input_ids=batch.input_ids, use_cache=False).logits  # (response tokens, vocabulary)
    return torch.nn.functional.cross_entropy(logits.float(), batch.labels[predicted], reduction="none")


@contextmanager
def head_only_at(model: Any, positions: Tensor) -> Iterator[None]:
    """Let the vocabulary head see only some positions (batch, tokens), as its other logits would not be used.

    The model's own forward still runs, with whatever it does to its logits, which then are (positions, vocabulary).
    """
    head = model.get_output_embeddings()
    hook = head.register_forward_pre_hook(lambda _, inputs: (inputs[0][positions],))
    try:
        yield
    finally:
        hook.remove()


def summed_losses(model: Any, batch: Batch) -> list[float]:
    """Negative log-likelihood of each response, summed over its tokens, in nats."""
    with torch.inference_mode():
        losses = response_losses(model, batch).double()
        rows = (batch.labels != IGNORED).nonzero()[:, 0]
        return losses.new_zeros(len(batch.labels)).index_add(0, rows, losses).tolist()
