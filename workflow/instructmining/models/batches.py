"""Batches under a token budget, and what to do when one does not fit in memory."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import Tensor

from instructmining.models.prompt import Tokens

Item = TypeVar("Item")
Result = TypeVar("Result")

IGNORED = -100  # the label that torch's cross entropy leaves out


@dataclass(frozen=True)
class Batch:
    """Conversations padded on the right; a causal model never sees that padding, so no attention mask is needed."""

    input_ids: Tensor  # (batch, tokens)
    labels: Tensor  # (batch, tokens); the token that each position predicts, IGNORED unless it is learned

    def to(self, device: torch.device) -> "Batch":
        """The batch on a device; on CUDA the copy overlaps with computation."""
        if device.type == "cpu":
            return self
        return Batch(*(t.pin_memory().to(device, non_blocking=True) for t in (self.input_ids, self.labels)))


def make_batch(conversations: Sequence[Tokens], pad: int) -> Batch:
    """Pad conversations on the right to the longest of them."""
    tokens = max(len(conversation) for conversation in conversations)
    input_ids = torch.full((len(conversations), tokens), pad)
    labels = torch.full((len(conversations), tokens), IGNORED)
    for row, conversation in enumerate(conversations):
        prompt, whole = len(conversation.prompt), len(conversation)
        input_ids[row, :whole] = torch.tensor(conversation.prompt + conversation.response)
        labels[row, prompt - 1 : whole - 1] = torch.tensor(conversation.response)
        if conversation.earlier:
            learned = torch.tensor(conversation.earlier)[1:]
            labels[row, : prompt - 1][learned] = torch.tensor(conversation.prompt)[1:][learned]
    return Batch(input_ids, labels)


def budget_batches(lengths: Sequence[int], budget: int) -> Iterator[list[int]]:
    """Positions grouped by length, longest first, so that a group padded to its longest stays under `budget` tokens.

    Longest first, so that memory runs out at once or not at all. An item longer than the budget forms its own group.
    """
    group: list[int] = []
    for position in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        if group and lengths[group[0]] * (len(group) + 1) > budget:
            yield group
            group = []
        group.append(position)
    if group:
        yield group


def halve_on_out_of_memory(items: list[Item], run: Callable[[list[Item]], list[Result]]) -> list[Result]:
    """`run(items)`; if memory runs out, run the two halves one after the other, down to single items."""
    try:
        return run(items)
    except (RuntimeError, MemoryError) as error:
        if len(items) == 1 or not is_out_of_memory(error):
            raise
    # Outside the except block, so that the failed attempt's tensors are no longer held by its traceback.
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    half = len(items) // 2
    return halve_on_out_of_memory(items[:half], run) + halve_on_out_of_memory(items[half:], run)


def is_out_of_memory(error: Exception) -> bool:
    """Whether memory ran out; on a CPU, torch has no separate class for that."""
    return isinstance(error, torch.OutOfMemoryError | MemoryError) or "DefaultCPUAllocator" in str(error)
