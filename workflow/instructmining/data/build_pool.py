"""Build a pool: the examples of some sources without duplicates and without what is in an eval set, in shards.

In: imported sources in order of precedence, and all eval sets. Out: one table per shard, a report that accounts for
every example of every source, and tables of the contaminated examples and of the near duplicates. An example's shard is
given by its ID, so the shards are known before the data are, and adding a source moves no example to another shard.
Duplicates are dropped before anything is compared with eval sets, so that these do not change which one is kept.

    python -m instructmining.data.build_pool --name candidates --settings '{"sources": ["a", "b"], "shards": 2}' \
        --sources a.parquet b.parquet --eval-sets fit.parquet --shards 000.parquet 001.parquet \
        --report candidates.report.json --contaminated candidates.contaminated.parquet \
        --near-duplicates candidates.near_duplicates.parquet
"""

import argparse
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa

from instructmining.command import run_main
from instructmining.data.contamination import EvalPrompts
from instructmining.data.errors import DataError
from instructmining.data.near_duplicates import NEAR_DUPLICATES, find_near_duplicates
from instructmining.data.pool_filter import CONTAMINATED, IN_EVAL_SET, PoolFilter
from instructmining.data.reports import dropped_in_words
from instructmining.data.settings import Pool
from instructmining.data.write_examples import check_counts
from instructmining.example import EXAMPLES, Example, stream_examples, to_table
from instructmining.files import file_hash, table_writer, write_json, write_table
from instructmining.progress import start_log

EXAMPLES_IN_MEMORY = 20_000
WARNED_ABOVE = 0.2


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
    parser.add_argument("--near-duplicates", required=True, type=Path)
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
    near_duplicates: Path,
) -> None:
    """Read sources and write one pool; raises DataError where nothing is left or files do not fit the settings."""
    if len(shards) != settings.shards:
        raise DataError(f"pool {name}: found {len(shards)} shard files, expected {settings.shards}")
    logging.info("%s: building from %s", name, ", ".join(settings.sources))
    near = find_near_duplicates(sources, settings.near_duplicates) if settings.near_duplicates else {}
    eval_prompts = read_eval_prompts(eval_sets, sources)
    pool = PoolFilter(settings, eval_prompts, near)
    per_shard = write_shards(filter(pool.keep, _stream(sources)), shards, lambda: nothing_left(name, pool))
    for source, counts in pool.counts.items():
        check_counts(counts.rows_in, counts.kept, counts.dropped, f"pool {name}, source {source}")
    write_table(contaminated, pa.Table.from_pylist(pool.contaminated, schema=CONTAMINATED), CONTAMINATED)
    write_table(near_duplicates, pa.Table.from_pylist(pool.near_duplicates, schema=NEAR_DUPLICATES), NEAR_DUPLICATES)
    # What depends on the whole pool may depend on the report alone: it changes with the shards.
    result = pool_report(name, settings, pool, per_shard) | {"hashes": [file_hash(path) for path in shards]}
    write_json(report, result | _templates(eval_prompts))
    logging.info("%s: kept %d of %d examples; dropped: %s", name, result["kept"], result["rows_in"], result["dropped"])
    for found in filter(None, (source["warning"] for source in result["sources"].values())):
        logging.warning("%s: %s", name, found)


def read_eval_prompts(eval_sets: Iterable[Path], sources: Iterable[Path]) -> EvalPrompts:
    """The prompts and answers of all eval sets, each named by its file; templates are looked for in sources, too."""
    prompts, known = EvalPrompts(), list(eval_sets)
    for path in known:
        for example in _stream([path]):
            prompts.add(path.stem, example)
    for source in sources if known else ():
        prompts.add_source(source)
    return prompts


def shard_of(identifier: str, shards: int) -> int:
    """The number of the shard that an example belongs to, by its ID alone."""
    return int(identifier, 16) % shards


def write_shards(examples: Iterable[Example], paths: list[Path], if_empty: Callable[[], str]) -> list[int]:
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
            raise DataError(if_empty())
    return counts


def nothing_left(name: str, pool: PoolFilter) -> str:
    """Why a pool is empty: what was dropped, for which reasons, and by which eval sets."""
    rows_in = sum(counts.rows_in for counts in pool.counts.values())
    dropped = dropped_in_words(_dropped(pool), _contaminated_by(pool))
    return f"pool {name}: no example is left of {rows_in:,} ({dropped or 'its sources are empty'}); add sources"


def pool_report(name: str, settings: Pool, pool: PoolFilter, per_shard: list[int]) -> dict[str, Any]:
    """The accounts of a pool: per source, in all, and per shard."""
    counts = list(pool.counts.values())
    return {
        "pool": name,
        "max_overlap": settings.max_overlap,
        "near_duplicates": settings.near_duplicates,
        "rows_in": sum(source.rows_in for source in counts),
        "kept": sum(source.kept for source in counts),
        "degraded": sum(source.degraded for source in counts),
        "dropped": dict(_dropped(pool)),
        "contaminated_by": dict(_contaminated_by(pool)),
        "shards": per_shard,
        "sources": {source: _source_report(source, pool) for source in pool.counts},
    }


def _source_report(source: str, pool: PoolFilter) -> dict[str, Any]:
    counts = pool.counts[source]
    return {**vars(counts), "dropped": dict(counts.dropped), "warning": _warning(source, pool)}


def _warning(source: str, pool: PoolFilter) -> str | None:
    """What to look at where eval sets take a large part of a source."""
    counts = pool.counts[source]
    contaminated = counts.dropped[IN_EVAL_SET]
    if not counts.rows_in or contaminated / counts.rows_in <= WARNED_ABOVE:
        return None
    by = dropped_in_words({}, Counter(row["eval_set"] for row in pool.contaminated if row["source"] == source))
    return (
        f"{contaminated:,} of {counts.rows_in:,} examples of {source} were dropped ({by}): it contains the eval set, or"
        " the two share a text that was not found to be a template; the table of contaminated examples shows which"
    )


def _dropped(pool: PoolFilter) -> Counter[str]:
    return sum((counts.dropped for counts in pool.counts.values()), Counter[str]())


def _contaminated_by(pool: PoolFilter) -> Counter[str]:
    return Counter(row["eval_set"] for row in pool.contaminated)


def _templates(eval_prompts: EvalPrompts) -> dict[str, Any]:
    both = (eval_prompts.prompts, eval_prompts.answers)
    examples = [phrase for texts in both for phrase in texts.examples()]
    return {"template_grams": sum(len(texts.templates) for texts in both), "template_examples": examples}


def _stream(paths: Iterable[Path]) -> Iterator[Example]:
    return chain.from_iterable(batch for path in paths for batch in stream_examples(path))


if __name__ == "__main__":
    run_main(main)
