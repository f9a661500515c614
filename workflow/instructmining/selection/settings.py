"""Settings of the selection."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from instructmining.settings import Name, Settings


class Selection(Settings):
    """What is kept of a ranked pool: `examples` or `fraction`."""

    pools: list[Name] | None = None
    """Pools to select from; all but `candidates` if not given."""
    examples: Annotated[int, Field(ge=1)] | None = None
    """How many examples to keep."""
    fraction: Annotated[float, Field(gt=0, le=1)] | None = None
    """Which share of the pool to keep."""
    form: Literal["original", "alpaca", "messages", "sharegpt"] = "original"
    """The form of `selected.jsonl`; `original` is the form that each row came in."""
    exports: list[Literal["alpaca", "messages", "sharegpt"]] = []
    """Forms to hand the selection on in, with a `datasets` folder and configs for axolotl and LLaMA-Factory, which read
    the first of them."""

    @model_validator(mode="after")
    def _one_size(self) -> Self:
        if (self.examples is None) == (self.fraction is None):
            raise ValueError("needs exactly one of examples, fraction")
        return self
