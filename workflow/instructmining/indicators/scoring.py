"""What all scorers share: a shard goes in, one row of scores per example comes out, none lost and none invented.

A scorer reads a shard in chunks. While its model runs over one chunk, the next is prepared (tokenised) in a thread.
"""

import argparse
import json
import logging
import math
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from instructmining.example import EXAMPLES, Example, from_row
from instructmining.files import check_same_ids, check_schema, write_json, write_table
from instructmining.indicators.memory import keep_freed_memory
from instructmining.progress import Progress, start_log
from instructmining.settings import Settings

SettingsType = TypeVar("SettingsType", bound=Settings)
Prepared = TypeVar("Prepared")
Item = TypeVar("Item")

CHUNK = 4096  # examples whose texts are in memory at once


@dataclass(frozen=True)
class Scores:
    """Scores of a list of examples, in its order."""

    indicators: dict[str, list[float]]  # one finite number per example
    truncated: dict[str, list[bool]] = field(default_factory=dict)  # by indicator: whose text was cut
    embeddings: pa.Array | None = None  # (examples, dimensions)


class Meter:
    """Counts the sequences that the model has done of a shard, and shows the rate and the time left."""

    def __init__(self, sequences: int) -> None:
        self.done, self.progress = 0, Progress("scoring", sequences, "sequences")

    def advance(self, sequences: int) -> None:
        """Count this many more as done."""
        self.done += sequences
        self.progress.show(self.done)


@dataclass(frozen=True)
class Scorer(Generic[Prepared]):
    """How examples become scores."""

    prepare: Callable[[list[Example]], Prepared]
    """What the CPU does before the model runs, such as tokenising."""
    run: Callable[[Prepared, Meter], Scores]
    """What the model does; it tells the meter how many sequences are done."""
    sequences: int = 1
    """How many times the model runs over an example."""

    def __call__(self, examples: list[Example]) -> Scores:
        """Scores of examples that are in memory."""
        return self.run(self.prepare(examples), Meter(self.sequences * len(examples)))


def parse_arguments(description: str | None, settings: type[SettingsType]) -> Any:
    """The arguments that every scorer's command takes; their `settings` are of the class given."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--name", help="name of the indicator, if it is your own")
    parser.add_argument("--settings", required=True, type=settings.model_validate_json, help="settings of the scorer")
    parser.add_argument(
        "--base-model", type=json.loads, default={}, help="settings of the base model, if the scorer uses one"
    )
    parser.add_argument("--model", type=Path, help="model.json of the prepared model, if there is one")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--examples", required=True, type=Path, help="a shard of a pool")
    parser.add_argument("--scores", required=True, type=Path)
    parser.add_argument("--report", required=True, type=Path)
    return parser.parse_args()


def score_shard(shard: Path, scorer: Scorer[Prepared], output: Path, report: Path) -> None:
    """Score every example of a shard; raises ValueError if a score is not finite or an example is missing."""
    start_log()
    keep_freed_memory()
    started = time.monotonic()
    expected = pq.read_table(shard, columns=["id", "source"])
    meter = Meter(scorer.sequences * len(expected))
    tables: list[pa.Table] = []
    cut: dict[str, Counter[str]] = {}
    for examples, prepared in ahead((chunk, scorer.prepare(chunk)) for chunk in read_chunks(shard)):
        scores = scorer.run(prepared, meter)
        tables.append(to_table(examples, scores))
        count_truncated(cut, examples, scores)
    table = pa.concat_tables(tables)
    check_same_ids(expected["id"].to_pylist(), table["id"].to_pylist(), str(output))
    seconds = time.monotonic() - started
    names = [name for name in table.column_names if name not in {"id", "embeddings"}]
    write_json(report, shard_report(names, Counter(expected["source"].to_pylist()), cut, seconds))
    write_table(output, table, table.schema)
    logging.info("%d examples scored in %.0f s: %s", len(table), seconds, ", ".join(names))


def read_chunks(shard: Path, examples: int = CHUNK) -> Iterator[list[Example]]:
    """The examples of a shard in chunks, with the columns that scores depend on; one empty chunk if it is empty."""
    columns = ["id", "source", "messages", "tools"]
    check_schema(shard, pq.read_schema(shard), EXAMPLES)
    file = pq.ParquetFile(shard)
    for batch in file.iter_batches(batch_size=examples, columns=columns):
        yield [from_row({**row, "form": "", "row": ""}) for row in batch.to_pylist()]
    if not file.metadata.num_rows:
        yield []


def read_shard(shard: Path) -> Iterator[Example]:
    """The examples of a shard one by one, as `read_chunks` reads them."""
    return (example for chunk in read_chunks(shard) for example in chunk)


def ahead(items: Iterator[Item]) -> Iterator[Item]:
    """The items, each made in a thread while the previous one is used."""
    end = object()
    with ThreadPoolExecutor(max_workers=1) as pool:
        waiting = pool.submit(next, items, end)
        while (item := waiting.result()) is not end:
            waiting = pool.submit(next, items, end)
            yield item  # type: ignore[misc]


def to_table(examples: list[Example], scores: Scores) -> pa.Table:
    """One row per example: its ID, its scores, and its embeddings if the scorer makes any."""
    for name, values in scores.indicators.items():
        check_finite(name, values, examples)
    columns: dict[str, Any] = {"id": pa.array([example.id for example in examples], pa.string())}
    columns |= {name: pa.array(values, pa.float64()) for name, values in scores.indicators.items()}
    if scores.embeddings is not None:
        columns["embeddings"] = scores.embeddings
    return pa.table(columns)


def check_finite(name: str, values: list[float], examples: list[Example]) -> None:
    """Raise ValueError unless there is one finite number per example: NaN is never a score."""
    if len(values) != len(examples):
        raise ValueError(f"{name}: {len(values)} scores for {len(examples)} examples")
    bad = [example.id for example, value in zip(examples, values, strict=True) if not math.isfinite(value)]
    if bad:
        raise ValueError(f"{name}: {len(bad)} scores are not finite, e.g. of the examples {bad[:3]}")


def count_truncated(cut: dict[str, Counter[str]], examples: list[Example], scores: Scores) -> None:
    """Add to `cut` how many examples of each source were truncated for each indicator."""
    for name, flags in scores.truncated.items():
        counter = cut.setdefault(name, Counter())
        counter.update(example.source for example, flag in zip(examples, flags, strict=True) if flag)


def shard_report(
    names: list[str], sources: Counter[str], cut: dict[str, Counter[str]], seconds: float
) -> dict[str, Any]:
    """How many examples were scored by source, how many truncated by indicator and source, and how long it took."""
    return {
        "indicators": names,
        "examples": dict(sources),
        "truncated": {name: dict(counter) for name, counter in cut.items()},
        "timing": {"seconds": seconds},
    }
