"""Runs any model over a shard: longest first, under a token budget, in halves if memory runs out."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from instructmining.indicators.scoring import Meter
from instructmining.models.batches import budget_batches, halve_on_out_of_memory
from instructmining.models.load import pick_device

CPU_TOKENS = 512
"""The most tokens in a batch on a CPU: larger batches leave its caches and are slower (benchmarks/README.md)."""


class Engine:
    """Runs a model over sequences in batches of at most `batch_tokens` tokens, padding included; fewer on a CPU."""

    def __init__(self, batch_tokens: int, meter: Meter) -> None:
        self.batch_tokens = batch_tokens if pick_device().type == "cuda" else min(batch_tokens, CPU_TOKENS)
        self.meter = meter

    def run(self, lengths: Sequence[int], forward: Callable[[list[int]], Tensor]) -> Tensor:
        """What `forward` gives for each sequence, on the CPU and in the order given. (sequences, ...)

        `forward` takes the positions of a batch. Its results stay on the device until the last batch has been started,
        so that the next batch is prepared while the device still computes.
        """
        positions: list[int] = []
        results: list[Tensor] = []
        for group in budget_batches(lengths, self.batch_tokens):
            positions += group
            results += halve_on_out_of_memory(group, lambda part: [forward(part)])
            self.meter.advance(len(group))
        if not results:
            return torch.zeros(0)
        in_order_of_length = torch.cat(results).cpu()
        return in_order_of_length[torch.tensor(positions).argsort()]
