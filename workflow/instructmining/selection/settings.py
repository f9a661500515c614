"""Settings of the selection."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from instructmining.settings import Name, Settings


class Search(Settings):
    """How the size of the selection is searched: base models are tuned on the first so many examples of the ranking,
    and the size with the lowest loss on the eval sets of the role `search` is kept."""

    method: Literal["blendsearch", "cfo", "optuna", "grid"] = "blendsearch"
    """`blendsearch` (global and local, as in the paper), `cfo` (local, from the lowest size on), `optuna` (TPE), or
    `grid` (equal steps)."""
    low: Annotated[int, Field(ge=1)]
    """The smallest size."""
    high: Annotated[int, Field(ge=1)]
    """The largest size."""
    log: bool = True
    """Whether sizes are searched on a logarithmic scale."""
    trials: Annotated[int, Field(ge=1)] = 12
    """How many sizes are tried."""
    seeds: Annotated[int, Field(ge=1)] = 1
    """Fine-tunes per size; their mean loss is what is minimised."""
    budget_minutes: Annotated[float, Field(gt=0)] | None = None
    """No further size is tried once the trials took so long together."""

    @model_validator(mode="after")
    def _range(self) -> Self:
        if self.low >= self.high:
            raise ValueError(f"low is {self.low}, which is not below high, {self.high}")
        return self


class Selection(Settings):
    """What is kept of a ranked pool: `examples`, `fraction`, or what a `search` finds."""

    pools: list[Name] | None = None
    """Pools to select from; all but `candidates` if not given."""
    examples: Annotated[int, Field(ge=1)] | None = None
    """How many examples to keep."""
    fraction: Annotated[float, Field(gt=0, le=1)] | None = None
    """Which share of the pool to keep."""
    search: Search | None = None
    """Search how many examples to keep."""
    form: Literal["original", "alpaca", "messages", "sharegpt"] = "original"
    """The form of `selected.jsonl`; `original` is the form that each row came in."""
    exports: list[Literal["alpaca", "messages", "sharegpt"]] = []
    """Forms to hand the selection on in, with a `datasets` folder and configs for axolotl and LLaMA-Factory, which read
    the first of them."""

    @model_validator(mode="after")
    def _one_size(self) -> Self:
        if sum(size is not None for size in (self.examples, self.fraction, self.search)) != 1:
            raise ValueError("needs exactly one of examples, fraction, search")
        return self
