"""The runs of a comparison: one fine-tune of one arm with one seed, and its losses."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from instructmining.files import read_result, read_table
from instructmining.training.losses import LOSSES
from instructmining.training.record import Record


@dataclass(frozen=True)
class Run:
    """One fine-tune of an arm."""

    record: Record
    items: pa.Table
    """The loss of every eval example; columns of LOSSES, in order of eval set and ID."""

    @classmethod
    def of(cls, record: Record, items: pa.Table) -> Self:
        """The run of a record and its losses; raises ValueError where they do not belong together."""
        name = record.run_name
        if name.subset or name.size:
            raise ValueError(f"found the run {name}; expected a whole arm, such as mixed.selected")
        run = cls(record, items.sort_by([("eval_set", "ascending"), ("id", "ascending")]))
        _check_together(run)
        return run

    @property
    def name(self) -> str:
        """The run in words, for errors."""
        return f"{self.record.run}, seed {self.seed}"

    @property
    def pool(self) -> str:
        """The pool that the arm is chosen from."""
        return self.record.run_name.pool

    @property
    def arm(self) -> str:
        """The arm."""
        return self.record.run_name.arm

    @property
    def seed(self) -> int:
        """Seed of the fine-tune."""
        return self.record.seed

    def items_of(self, eval_set: str) -> pa.Table:
        """The losses of the examples of one eval set."""
        return self.items.filter(pc.equal(self.items["eval_set"], eval_set))


def read_runs(records: Iterable[Path], losses: Iterable[Path]) -> list[Run]:
    """Read the runs; a record and a table of losses belong together when they are in one folder."""
    tables = {path.parent: path for path in losses}
    runs = []
    for path in records:
        if path.parent not in tables:
            raise ValueError(f"{path}: there is no table of losses from {path.parent} among --losses-files; add it")
        runs.append(Run.of(read_result(Record, path), read_table(tables[path.parent], LOSSES, LOSSES.names)))
    return runs


def by_arm(runs: Sequence[Run], seeds: Mapping[str, int]) -> dict[str, list[Run]]:
    """The runs of each arm in order of seed, given its number of seeds; raises ValueError for any other runs."""
    extra = sorted({run.arm for run in runs} - set(seeds))
    if extra:
        raise ValueError(f"found runs of {', '.join(extra)}, expected runs of {', '.join(seeds)}; leave the others out")
    found = {arm: sorted((run for run in runs if run.arm == arm), key=lambda run: run.seed) for arm in seeds}
    for arm, members in found.items():
        have = [run.seed for run in members]
        if have != list(range(seeds[arm])):
            raise ValueError(
                f"arm {arm}: found the seeds {have}, expected {seeds[arm]} from 0 on; run the missing fine-tunes"
            )
    for run in runs:
        _check_alike(run, runs[0])
    return found


def _check_alike(run: Run, other: Run) -> None:
    """Losses are comparable only on the same examples and tokens."""
    model, expected = run.record.model, other.record.model
    if (model, run.pool) != (expected, other.pool):
        raise ValueError(f"{run.name} is of {model}, {other.name} of {expected}; compare one model and pool at a time")
    columns = ["eval_set", "id", "tokens"]
    roles = [{name: loss.role for name, loss in each.record.losses.items()} for each in (run, other)]
    if roles[0] != roles[1] or not run.items.select(columns).equals(other.items.select(columns)):
        raise ValueError(
            f"{run.name} and {other.name} were measured on different examples; delete the older one and run again"
        )
    if "test" not in roles[0].values():
        raise ValueError(
            f"{run.name}: no eval set of role test; found {roles[0]}; a comparison needs one, so add it to eval_sets"
        )


def _check_together(run: Run) -> None:
    for name, loss in run.record.losses.items():
        if not np.isfinite(loss.token_loss):
            raise ValueError(
                f"{run.name}, {name}: found a loss of {loss.token_loss}; expected a finite number; lower"
                " training.learning_rate, or set training.dtype to fp32 or bf16, and run again"
            )
        if loss.role == "test" and loss.examples < 2:
            raise ValueError(
                f"{run.name}, {name}: found {loss.examples} test example; an interval over test examples needs two or"
                f" more; add examples to eval_sets.{name}"
            )
        items = run.items_of(name)
        total, tokens = items["loss"].to_numpy().sum(), items["tokens"].to_numpy().sum()
        if len(items) != loss.examples or not np.isclose(total, loss.token_loss * tokens, rtol=1e-6):
            raise ValueError(
                f"{run.name}, {name}: the record has {loss.token_loss:.6g} nats per token over {loss.examples} examples"
                f", losses.parquet {total / max(tokens, 1):.6g} over {len(items)}; delete both and run again"
            )
