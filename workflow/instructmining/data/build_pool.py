"""Build a pool: the examples of some sources without duplicates and without what is in an eval set, in shards.

In: imported sources in order of precedence, and all eval sets. Out: one table per shard, a report that accounts for
every example of every source, and a table of the contaminated ones. An example's shard is given by its ID, so the
shards are known before the data are, and adding a source moves no example to another shard.

    python -m instructmining.data.build_pool --name candidates --settings '{"sources": ["a", "b"], "shards": 2}' \
        --sources a.parquet b.parquet --eval-sets fit.parquet --shards 000.parquet 001.parquet \
        --report candidates.report.json --contaminated candidates.contaminated.parquet
"""

import argparse
import logging
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa

from instructmining.command import run_main
from instructmining.data.contamination import EvalPrompts
from instructmining.data.errors import DataError
from instructmining.data.settings import Pool
from instructmining.data.write_examples import check_counts
from instructmining.example import EXAMPLES, Example, stream_examples, to_table
from instructmining.files import file_hash, table_writer, write_json, write_table
from instructmining.progress import start_log

CONTAMINATED = pa.schema(
    [
        pa.field("id", pa.string(), metadata={"description": "the example that was dropped"}),
        pa.field("source", pa.string(), metadata={"description": "its source"}),
        pa.field("eval_set", pa.string(), metadata={"description": "the eval set it shares most of its prompt with"}),
        pa.field("overlap", pa.float64(), metadata={"description": "share of its prompt's 8-grams that occur there"}),
    ]
)
WITHIN, ACROSS, IN_EVAL_SET = "duplicate within its source", "duplicate of another source", "contaminated"
EXAMPLES_IN_MEMORY = 20_000


@dataclass
class SourceCounts:
    """What happened to the examples of one source."""

    rows_in: int = 0
    kept: int = 0
    degraded: int = 0
    dropped: Counter[str] = field(default_factory=Counter)


class PoolFilter:
    """Decides for each example in turn whether it belongs in the pool, and keeps count."""

    def __init__(self, settings: Pool, eval_prompts: EvalPrompts) -> None:
        self.counts = {source: SourceCounts() for source in settings.sources}
        self.contaminated: list[dict[str, Any]] = []
        self._max_overlap, self._eval_prompts = settings.max_overlap, eval_prompts
        self._source_of: dict[int, str] = {}  # by ID; the one thing that grows with the pool

    def keep(self, example: Example) -> bool:
        """Whether the example is kept; raises DataError for an example of a source that the pool does not name."""
        if example.source not in self.counts:
            raise DataError(f"source {example.source!r} is not one of the pool's sources: {', '.join(self.counts)}")
        counts, reason = self.counts[example.source], self._reason_to_drop(example)
        counts.rows_in += 1
        if reason:
            counts.dropped[reason] += 1
            return False
        counts.kept += 1
        counts.degraded += example.degraded is not None
        return True

    def _reason_to_drop(self, example: Example) -> str | None:
        identifier = int(example.id, 16)
        first = self._source_of.setdefault(identifier, "")
        if first:
            return WITHIN if first == example.source else ACROSS
        self._source_of[identifier] = example.source
        overlaps = self._eval_prompts.overlaps(example)
        eval_set = max(sorted(overlaps), key=lambda name: overlaps[name], default=None)
        if eval_set is None or overlaps[eval_set] < self._max_overlap:
            return None
        row = {"id": example.id, "source": example.source, "eval_set": eval_set, "overlap": overlaps[eval_set]}
        self.contaminated.append(row)
        return IN_EVAL_SET


def main() -> None:
    """Build one pool."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--name", required=True)
    parser.add_argument("--settings", required=True, type=Pool.model_validate_json)
    parser.add_argument("--sources", required=True, nargs="+", type=Path)
    parser.add_argument("--eval-sets", required=True, nargs="*", type=Path)
    parser.add_argument("--shards", required=True, nargs="+", type=Path)
    parser.add_argument("--report", required=True, type=Path)
    parser.add_argument("--contaminated", required=True, type=Path)
    arguments = parser.parse_args()
    start_log()
    build_pool(**vars(arguments))


def build_pool(
    name: str,
    settings: Pool,
    sources: list[Path],
    eval_sets: list[Path],
    shards: list[Path],
    report: Path,
    contaminated: Path,
) -> None:
    """Read sources and write one pool; raises DataError where nothing is left or files do not fit the settings."""
    if len(shards) != settings.shards:
        raise DataError(f"pool {name}: found {len(shards)} shard files, expected {settings.shards}")
    logging.info("%s: building from %s", name, ", ".join(settings.sources))
    pool = PoolFilter(settings, read_eval_prompts(eval_sets))
    per_shard = write_shards(filter(pool.keep, _stream(sources)), shards, f"pool {name}: no example is left")
    for source, counts in pool.counts.items():
        check_counts(counts.rows_in, counts.kept, counts.dropped, f"pool {name}, source {source}")
    write_table(contaminated, pa.Table.from_pylist(pool.contaminated, schema=CONTAMINATED), CONTAMINATED)
    # What depends on the whole pool may depend on the report alone: it changes with the shards.
    result = pool_report(name, settings, pool, per_shard) | {"hashes": [file_hash(path) for path in shards]}
    write_json(report, result)
    logging.info("%s: kept %d of %d examples; dropped: %s", name, result["kept"], result["rows_in"], result["dropped"])


def read_eval_prompts(eval_sets: Iterable[Path]) -> EvalPrompts:
    """The prompts of all eval sets, each named by its file."""
    prompts = EvalPrompts()
    for path in eval_sets:
        for example in _stream([path]):
            prompts.add(path.stem, example)
    return prompts


def shard_of(identifier: str, shards: int) -> int:
    """The number of the shard that an example belongs to, by its ID alone."""
    return int(identifier, 16) % shards


def write_shards(examples: Iterable[Example], paths: list[Path], if_empty: str) -> list[int]:
    """Write each example to its shard and return the count per shard; raises DataError where there is none at all."""
    counts = [0] * len(paths)
    waiting: list[list[Example]] = [[] for _ in paths]
    rows_per_group = max(100, EXAMPLES_IN_MEMORY // len(paths))
    with ExitStack() as stack:
        writers = [stack.enter_context(table_writer(path, EXAMPLES)) for path in paths]
        for example in examples:
            shard = shard_of(example.id, len(paths))
            counts[shard] += 1
            waiting[shard].append(example)
            if len(waiting[shard]) == rows_per_group:
                writers[shard].write_table(to_table(waiting[shard]))
                waiting[shard] = []
        for writer, rest in zip(writers, waiting, strict=True):
            writer.write_table(to_table(rest))
        if not sum(counts):
            raise DataError(if_empty)
    return counts


def pool_report(name: str, settings: Pool, pool: PoolFilter, per_shard: list[int]) -> dict[str, Any]:
    """The accounts of a pool: per source, in all, and per shard."""
    counts = list(pool.counts.values())
    return {
        "pool": name,
        "max_overlap": settings.max_overlap,
        "rows_in": sum(source.rows_in for source in counts),
        "kept": sum(source.kept for source in counts),
        "degraded": sum(source.degraded for source in counts),
        "dropped": dict(sum((source.dropped for source in counts), Counter[str]())),
        "contaminated_by": dict(Counter(row["eval_set"] for row in pool.contaminated)),
        "shards": per_shard,
        "sources": {source: {**vars(count), "dropped": dict(count.dropped)} for source, count in pool.counts.items()},
    }


def _stream(paths: Iterable[Path]) -> Iterator[Example]:
    return chain.from_iterable(batch for path in paths for batch in stream_examples(path))


if __name__ == "__main__":
    run_main(main)
