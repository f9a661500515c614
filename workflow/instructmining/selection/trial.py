"""One trial of a size: base models are tuned on the first examples of a ranking, by the same command as every run."""

import json
import logging
import math
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from instructmining.example import EXAMPLES
from instructmining.files import file_hash, read_json, write_table
from instructmining.jobs.fingerprint import fingerprint
from instructmining.selection.ranking import examples_by_id
from instructmining.training.run import RunName
from instructmining.training.settings import Training
from instructmining.training.store import manifest_hash
from instructmining.training.tuned_model import TrainingTask

COMMAND = "instructmining.training.finetune_and_evaluate"


@dataclass(frozen=True)
class Trial:
    """The outcome of one size."""

    size: int
    losses: tuple[float, ...]
    """For each seed, nats per token, mean over the eval sets of the role `search`."""
    steps: int
    tokens: int
    """Tokens trained on, over all seeds."""
    seconds: float
    """Wall time of the fine-tunes when they ran."""

    @property
    def loss(self) -> float:
        """Mean over seeds; infinite if any is not a number, so that a failed trial is never the best."""
        mean = sum(self.losses) / len(self.losses)
        return mean if math.isfinite(mean) else math.inf


@dataclass(frozen=True)
class Trials:
    """Where trials are kept, and everything else that they depend on besides their size."""

    folder: Path
    store: Path
    """The store of adapters and checkpoints."""
    pool: str
    model_name: str
    model: Path
    base_model: dict[str, Any]
    training: Training
    ranking: pa.Table
    shards: Sequence[Path]
    eval_sets: Sequence[Path]
    """Those of the role `search`."""
    seeds: int
    threads: int
    checkpoint_minutes: float

    def run(self, size: int) -> Trial:
        """Try a size; fine-tunes that are already finished are not repeated."""
        folder = self.folder / str(size)
        ids = sorted(self.ranking["id"][:size].to_pylist())
        write_table(folder / "examples.parquet", examples_by_id(self.shards, ids), EXAMPLES)
        records = [self._record(folder, size, seed) for seed in range(self.seeds)]
        trial = Trial(
            size,
            tuple(search_loss(record) for record in records),
            records[0]["steps"],
            sum(record["tokens"] for record in records),
            sum(record["timing"]["seconds"] for record in records),
        )
        logging.info("%d examples: loss %.4f on the search sets", size, trial.loss)
        return trial

    def _record(self, folder: Path, size: int, seed: int) -> dict[str, Any]:
        path = folder / f"seed{seed}" / "record.json"
        task = TrainingTask(self.model, self.base_model, self.training, folder / "examples.parquet", seed, self.threads)
        if finished(path, task, self.eval_sets):
            logging.info("%d examples, seed %d: taken from %s", size, seed, path)
        else:
            run_command(self._command(path, size, task))
        return read_json(path)

    def _command(self, record: Path, size: int, task: TrainingTask) -> list[str]:
        roles = {path.stem: "search" for path in self.eval_sets}
        options = {
            "model-name": self.model_name,
            "run": RunName(pool=self.pool, arm="selected", size=size),
            "seed": task.seed,
            "model": task.model,
            "base-model": json.dumps(task.base_model),
            "settings": task.settings.model_dump_json(exclude_unset=True),
            "examples": task.examples,
            "roles": json.dumps(roles),
            "threads": task.threads,
            "record": record,
            "losses": record.with_name("losses.parquet"),
            "adapter": record.with_name("adapter"),
            "store": self.store,
            "checkpoint-minutes": self.checkpoint_minutes,
        }
        pairs = [part for name, value in options.items() for part in (f"--{name}", str(value))]
        return [sys.executable, "-m", COMMAND, *pairs, "--eval-sets", *map(str, self.eval_sets)]


def search_loss(record: dict[str, Any]) -> float:
    """Nats per token, mean over the eval sets of a record, which are of the role `search`."""
    losses = [entry["token_loss"] for entry in record["losses"].values()]
    return float(sum(losses) / len(losses))


def finished(record: Path, task: TrainingTask, eval_sets: Sequence[Path]) -> bool:
    """Whether this record is what the command would write now."""
    if not record.is_file():
        return False
    found = read_json(record)
    hashes = {path.stem: file_hash(path) for path in eval_sets}
    expected = manifest_hash(task.manifest()), hashes, fingerprint(COMMAND)
    return (found["training"].get("manifest"), found["eval_sets"], found["code"]) == expected


def run_command(command: list[str]) -> None:
    """Run a fine-tune; SIGTERM is passed on to it, so that it saves its state. Exits if it fails."""
    process = subprocess.Popen(command)
    before = signal.signal(signal.SIGTERM, lambda number, frame: process.send_signal(signal.SIGTERM))
    try:
        code = process.wait()
    finally:
        signal.signal(signal.SIGTERM, before)
    if code != 0:
        raise SystemExit(code if code > 0 else 128 - code)


def to_rows(trials: Sequence[Trial]) -> list[dict[str, Any]]:
    """Trials as rows, in the order they were made."""
    return [{"trial": number, "loss": trial.loss, **asdict(trial)} for number, trial in enumerate(trials, 1)]
