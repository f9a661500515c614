"""The record of a fine-tune as its readers see it: all that made its losses, and the losses.

`finetune_and_evaluate` writes `record.json` from plain values and does not use these types, so that an edit here makes
no fine-tune run again.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from instructmining.data.settings import Role
from instructmining.training.run import RunName
from instructmining.training.step import Step


@dataclass(frozen=True)
class AdapterTraining:
    """The training of the adapter, which an earlier job may have done."""

    examples: int
    """Examples tuned on."""
    truncated: int
    """Of these, examples that were longer than `training.max_tokens`."""
    hash: str
    """SHA-256 of the file of these examples."""
    code: str
    """Fingerprint of the code that trained."""
    manifest: str
    """Hash of all that the adapter depends on: its name in the store."""
    device: str
    """The GPU that trained, or `cpu`."""


@dataclass(frozen=True)
class EvalLoss:
    """The loss on one eval set."""

    role: Role
    """Role of the eval set."""
    examples: int
    """Examples of the eval set."""
    tokens: int
    """Response tokens of the eval set."""
    token_loss: float
    """Nats per response token."""
    example_loss: float
    """Mean over examples of nats per response token."""


@dataclass(frozen=True)
class Timing:
    """Time and memory, which no two runs share."""

    seconds: float
    """Wall time, including that of earlier jobs that trained."""
    training_seconds: float
    """Of these, the training."""
    leased_gpu: str | None
    """The GPU that this job took for itself."""
    visible_gpus: str | None
    """CUDA_VISIBLE_DEVICES."""
    peak_memory_mb: float
    """Peak memory of the process."""
    peak_gpu_memory_mb: float | None
    """Peak memory of the GPU; None on a CPU."""


@dataclass(frozen=True)
class Record:
    """One fine-tune."""

    model: str
    """The base model, as named in the config."""
    run: str
    """What it was tuned on, as `RunName` writes it."""
    seed: int
    """Seed of the fine-tune."""
    settings: dict[str, Any]
    """Those settings of the training that were given; `Training` reads them."""
    base_model: dict[str, Any]
    """Those settings of the base model that were given, and `hash`, which stands for its files."""
    training: AdapterTraining
    """The training of the adapter."""
    eval_sets: dict[str, str]
    """SHA-256 of the file of each eval set."""
    code: str
    """Fingerprint of the code that trained and evaluated."""
    packages: dict[str, str]
    """Versions of the packages that numbers may depend on."""
    python: str
    """Version of Python."""
    device: str
    """The GPU that evaluated, or `cpu`."""
    threads: int
    """CPU threads."""
    steps: int
    """Optimizer steps."""
    tokens: int
    """Tokens trained on, without padding."""
    history: tuple[Step, ...]
    """Each optimizer step."""
    losses: dict[str, EvalLoss]
    """The loss on each eval set."""
    timing: Timing
    """Time and memory."""

    @property
    def run_name(self) -> RunName:
        """What it was tuned on."""
        return RunName.read(self.run)

    @property
    def used_gpu(self) -> bool:
        """Whether it was evaluated on a GPU."""
        return self.device != "cpu"

    def mean_loss(self, role: Role) -> float:
        """Nats per token, mean over the eval sets of a role."""
        return float(np.mean([loss.token_loss for loss in self.losses.values() if loss.role == role]))
