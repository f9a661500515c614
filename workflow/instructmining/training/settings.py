"""Settings of fine-tuning, and the packages that its numbers depend on."""

from importlib.metadata import version
from typing import Annotated, Literal

from pydantic import Field

from instructmining.models.settings import Dtype
from instructmining.settings import Settings, Untracked


class Lora(Settings):
    """The adapter."""

    rank: Annotated[int, Field(ge=1)] = 8
    """Rank of the update."""
    alpha: Annotated[int, Field(ge=1)] = 16
    """The update is scaled by alpha / rank."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Dropout on the adapter's input."""
    targets: str | list[str] = "all-linear"
    """Names of the modules that get an adapter, or `all-linear`."""


class Training(Settings):
    """How a base model is tuned on a subset or an arm."""

    lora: Lora = Lora()
    """The adapter."""
    learning_rate: Annotated[float, Field(gt=0)] = 2e-4
    """Peak learning rate of AdamW."""
    schedule: Literal["cosine", "linear", "constant"] = "cosine"
    """Shape of the learning rate after the warm-up."""
    warmup: Annotated[float, Field(ge=0, lt=1)] = 0.03
    """Share of the steps over which the learning rate rises."""
    weight_decay: Annotated[float, Field(ge=0)] = 0.0
    """Weight decay of AdamW."""
    max_grad_norm: Annotated[float, Field(gt=0)] = 1.0
    """Gradients are clipped to this norm."""
    epochs: Annotated[float, Field(gt=0)] = 3
    """Passes over the data."""
    steps: Annotated[int, Field(ge=1)] | None = None
    """Optimizer steps; if given, it replaces `epochs`."""
    average: Annotated[int, Field(ge=1)] = 1
    """Last steps whose adapters are averaged, which lowers the noise between seeds; 1 keeps the last adapter."""
    batch_size: Annotated[int, Field(ge=1)] = 128
    """Examples per optimizer step; memory does not change it, see `micro_batch_tokens`."""
    max_tokens: Annotated[int, Field(ge=16)] = 1024
    """Longer conversations lose the beginning of the prompt first, then the end of the response; both are counted."""
    micro_batch_tokens: Annotated[int, Field(ge=16)] = 8192
    """Tokens, padding included, that go through the model at once; gradients are summed over the batch.

    On a CPU, about 200 is fastest, because padding costs as much as text there.
    """
    dtype: Dtype = "bf16"
    """Number format of the frozen weights; the adapter is kept in fp32."""
    quantisation: Literal["nf4", "int8"] | None = None
    """Quantise the frozen weights with bitsandbytes."""
    gradient_checkpointing: bool = False
    """Save memory at the cost of time."""
    checkpoint_minutes: Annotated[int, Field(ge=0), Untracked()] = 10
    """Minutes between checkpoints, from which a stopped job resumes; 0 saves after every step. Changes no result."""


def packages_of(settings: Training) -> dict[str, str]:
    """The versions of the packages that can change the result of training."""
    names = ["torch", "transformers", "peft", *(["bitsandbytes"] if settings.quantisation else [])]
    return {name: version(name) for name in names}
