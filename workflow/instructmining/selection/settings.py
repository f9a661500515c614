"""Settings of the selection."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from instructmining.data.forms.write import ExportForm
from instructmining.settings import Name, Settings


class Search(Settings):
    """How the size of the selection is searched: base models are tuned on the first examples of the ranking, at several
    sizes, and the size with the lowest loss on the eval sets of the role `search` is kept. Each has the steps of the
    arms if `comparison.match` is `steps`, otherwise those that `training` says."""

    method: Literal["blendsearch", "cfo", "optuna", "grid"] = "blendsearch"
    """`blendsearch` (global and local, as in the paper), `cfo` (local, from the lowest size on), `optuna` (TPE), or
    `grid` (equal steps)."""
    low: Annotated[int, Field(ge=1)]
    """The smallest size."""
    high: Annotated[int, Field(ge=1)]
    """The largest size."""
    log: bool = True
    """Search sizes on a logarithmic scale."""
    trials: Annotated[int, Field(ge=1)] = 12
    """Number of sizes to try."""
    seeds: Annotated[int, Field(ge=1)] = 1
    """Fine-tunes per size; their mean loss is minimised."""
    budget_minutes: Annotated[float, Field(gt=0)] | None = None
    """No further size is tried once all trials together have taken this many minutes."""

    @model_validator(mode="after")
    def _range(self) -> Self:
        if self.low >= self.high:
            raise ValueError(f"low is {self.low}, but must be below high, which is {self.high}")
        return self


class Selection(Settings):
    """How much of a ranked pool is kept: `examples`, a `fraction`, or the size that a `search` finds."""

    pools: list[Name] | None = None
    """Pools to select from; if not given, all but `candidates`."""
    examples: Annotated[int, Field(ge=1)] | None = None
    """Number of examples to keep."""
    fraction: Annotated[float, Field(gt=0, le=1)] | None = None
    """Share of the pool to keep."""
    search: Search | None = None
    """Search for the number of examples to keep."""
    fallback: str = "best"
    """What a pool is ordered by where the rule is refused, as docs/method.md says: `best`, the choice of the validation
    with the lowest loss on the eval sets of role `fit`, or `random` without one; an arm that one indicator chooses; or
    `rule`: it is never refused, as in the paper."""
    form: Literal["original", ExportForm] = "original"
    """Form of `selected.jsonl`; `original` keeps each row as it was imported."""
    exports: list[ExportForm] = []
    """Forms to export the selection in, with a `datasets` folder and with configs for axolotl and LLaMA-Factory, which
    read the first form."""

    @model_validator(mode="after")
    def _one_size(self) -> Self:
        if sum(size is not None for size in (self.examples, self.fraction, self.search)) != 1:
            raise ValueError("needs exactly one of examples, fraction, search")
        return self
