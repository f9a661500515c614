"""Gather the observations of the regression: one row per fine-tune, with its subset's indicators and its loss.

    python -m instructmining.quality_rule.observations --subsets results/indicators/subsets/*.json \\
        --records results/training/smollm2/???/seed*/record.json --output observations.parquet

The loss is token-weighted within an eval set and averaged over the eval sets of role `fit`, so that a large eval set
counts as much as a small one.
"""

import argparse
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from instructmining.command import run_main
from instructmining.files import read_result, write_table
from instructmining.indicators.results import SubsetIndicators
from instructmining.training.mixed import made_with
from instructmining.training.record import EvalLoss, Record

_FIXED = (
    pa.field("model", pa.string(), metadata={"description": "the base model"}),
    pa.field("subset", pa.string(), metadata={"description": "ID of the subset it was tuned on"}),
    pa.field("seed", pa.int64(), metadata={"description": "seed of the fine-tune"}),
    pa.field(
        "loss", pa.float64(), metadata={"description": "nats per response token, mean over eval sets of role fit"}
    ),
    pa.field("log_loss", pa.float64(), metadata={"description": "natural logarithm of loss"}),
    pa.field(
        "sources", pa.map_(pa.string(), pa.int64()), metadata={"description": "examples of the subset by their source"}
    ),
    pa.field(
        "made_with",
        pa.map_(pa.string(), pa.string()),
        metadata={"description": "versions, device, number format and training code of the fine-tune"},
    ),
)


@dataclass(frozen=True)
class Observation:
    """One fine-tune: what it was made on and its loss."""

    model: str
    subset: str
    seed: int
    loss: float
    sources: dict[str, int]
    indicators: dict[str, float]
    made_with: dict[str, str]

    @property
    def key(self) -> tuple[str, str, int]:
        """Model, subset and seed, which no two observations share."""
        return self.model, self.subset, self.seed


def observations_schema(indicators: Iterable[str]) -> pa.Schema:
    """The columns of the table of observations, ending in one per indicator."""
    description = {"description": "mean over the subset's examples, or the subset's value"}
    return pa.schema([*_FIXED, *(pa.field(name, pa.float64(), metadata=description) for name in indicators)])


def indicator_names(observations: pa.Table) -> list[str]:
    """The indicators of a table of observations."""
    fixed = {field.name for field in _FIXED}
    return [name for name in observations.column_names if name not in fixed]


def gather(subsets: Iterable[SubsetIndicators], records: Iterable[Record]) -> list[Observation]:
    """Join records to subsets, in order of model, subset and seed.

    Raises ValueError for a record without its subset, a subset without a record, a fine-tune given twice, and records
    or subsets that were not measured alike.
    """
    by_id = {subset.subset: subset for subset in subsets}
    observations = [_observe(record, by_id) for record in records]
    _check_complete(set(by_id), observations)
    return sorted(observations, key=lambda observation: observation.key)


def to_table(observations: list[Observation]) -> pa.Table:
    """Observations as a table; raises ValueError where they differ in their indicators."""
    names = list(observations[0].indicators)
    for observation in observations:
        if list(observation.indicators) != names:
            found = ", ".join(observation.indicators)
            raise ValueError(
                f"subset {observation.subset}: found the indicators {found}; expected {', '.join(names)}, as in subset"
                f" {observations[0].subset}; delete the results of both subsets' indicators and run again"
            )
    rows = [_row(observation) for observation in observations]
    return pa.Table.from_pylist(rows, schema=observations_schema(names))


def _row(observation: Observation) -> dict[str, Any]:
    return {
        "model": observation.model,
        "subset": observation.subset,
        "seed": observation.seed,
        "loss": observation.loss,
        "log_loss": math.log(observation.loss),
        "sources": observation.sources,
        "made_with": observation.made_with,
        **observation.indicators,
    }


def _observe(record: Record, subsets: dict[str, SubsetIndicators]) -> Observation:
    name = record.run
    if name not in subsets:
        raise ValueError(
            f"{_where(record)}: there is no subset {name!r} among the {len(subsets)} given to --subsets;"
            " compute its indicators or leave the record out"
        )
    found, loss, made = subsets[name], _fit_loss(record), made_with(record)
    return Observation(record.model, name, record.seed, loss, found.sources, found.indicators, made)


def _where(record: Record) -> str:
    return f"record of {record.model}, run {record.run}, seed {record.seed}"


def _fit_sets(record: Record) -> dict[str, EvalLoss]:
    """The losses on the eval sets of role `fit`, by name."""
    return {name: loss for name, loss in record.losses.items() if loss.role == "fit"}


def _fit_loss(record: Record) -> float:
    """Mean over the eval sets of role `fit` of the loss in nats per token; raises ValueError if that is not a loss."""
    losses = [loss.token_loss for loss in _fit_sets(record).values()]
    if not losses:
        raise ValueError(f"{_where(record)}: no eval set of role fit; found {', '.join(record.losses) or 'none'}")
    loss = float(sum(losses) / len(losses))
    if not (math.isfinite(loss) and loss > 0):
        raise ValueError(
            f"{_where(record)}: its loss is {loss}, expected a positive number; look into the log of that fine-tune"
        )
    return loss


def _check_complete(subsets: set[str], observations: list[Observation]) -> None:
    seen: set[tuple[str, str, int]] = set()
    for observation in observations:
        if observation.key in seen:
            model, subset, seed = observation.key
            raise ValueError(f"record of {model}, run {subset}, seed {seed} is given twice; give each record once")
        seen.add(observation.key)
    unused = sorted(subsets - {observation.subset for observation in observations})
    if unused:
        raise ValueError(
            f"no record for {len(unused)} of {len(subsets)} subsets ({', '.join(unused[:5])});"
            " every subset needs at least one fine-tune: run the missing ones, or leave the subsets out"
        )


def check_same_eval_sets(records: Sequence[Record]) -> None:
    """Raise ValueError unless all were measured on the same eval sets of role `fit`: other losses do not compare."""
    expected = _size_of_fit_sets(records[0])
    for record in records:
        found = _size_of_fit_sets(record)
        if found != expected:
            raise ValueError(
                f"{_where(record)}: measured on {found}, but the {_where(records[0])} on {expected}; delete the older"
                " one and run again"
            )


def _size_of_fit_sets(record: Record) -> dict[str, str]:
    return {name: f"{loss.examples} examples, {loss.tokens} tokens" for name, loss in _fit_sets(record).items()}


def main() -> None:
    """Read the subsets and records, write the observations."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, fromfile_prefix_chars="@"
    )
    parser.add_argument("--subsets", type=Path, nargs="+", required=True)
    parser.add_argument("--records", type=Path, nargs="+", required=True)
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    records = [read_result(Record, path) for path in arguments.records]
    check_same_eval_sets(records)
    observations = gather([read_result(SubsetIndicators, path) for path in arguments.subsets], records)
    table = to_table(observations)
    write_table(arguments.output, table, observations_schema(indicator_names(table)))
    print(f"{len(observations)} observations of {len(arguments.subsets)} subsets")


if __name__ == "__main__":
    run_main(main)
