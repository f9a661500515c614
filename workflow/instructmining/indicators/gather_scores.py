"""Join the scores of all shards and scorers of a pool into one table, and add `knn_i` inside the pool.

Out: `scores.parquet` (id, source, degraded, one column per indicator) and `embeddings.parquet` (id, embedding),
both sorted by ID. Later stages read nothing else of the indicators. `scores.report.json` says for each indicator and
source how many examples were scored, and how many of them were truncated.
"""

import argparse
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path
from types import MappingProxyType
from typing import get_args

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from instructmining.command import run_main
from instructmining.files import check_same_ids, read_result, read_table, table_writer, write_result
from instructmining.indicators.neighbours import knn_distances, to_points
from instructmining.indicators.results import Asked, ScoresReport, Seen, ShardReport
from instructmining.indicators.settings import Metric
from instructmining.indicators.tables import EMBEDDINGS, SCORES


def main() -> None:
    """Gather the scores of one pool."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shards", required=True, nargs="+", type=Path, help="the shards of the pool")
    parser.add_argument(
        "--scores",
        nargs="+",
        action="append",
        default=[],
        type=Path,
        help="of one scorer, by shard; repeat",
    )
    parser.add_argument("--neighbours", nargs="*", type=int, default=[], help="the i of knn_i")
    parser.add_argument("--metric", choices=get_args(Metric), default="euclidean")
    parser.add_argument("--reports", nargs="*", default=[], type=Path, help="the reports of all scorers and shards")
    parser.add_argument("--output", required=True, type=Path)
    parser.add_argument("--embeddings", required=True, type=Path)
    parser.add_argument("--report", required=True, type=Path)
    arguments = parser.parse_args()
    reports = [read_result(ShardReport, path) for path in arguments.reports]
    write_result(arguments.report, replace(truncation_by_source(reports), asked=asked_in_all(reports)))
    gather(
        arguments.shards,
        arguments.scores,
        arguments.neighbours,
        arguments.output,
        arguments.embeddings,
        arguments.metric,
    )


def gather(
    shards: list[Path],
    scores: list[list[Path]],
    neighbours: list[int],
    output: Path,
    embeddings: Path,
    metric: Metric = "euclidean",
) -> None:
    """Write the scores of a pool and its embeddings; raises ValueError if a scorer missed an example.

    About one shard is in memory at a time. Only `knn_i` needs all embeddings at once: it is a property of the pool.
    """
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=output.parent, prefix=".gathering-") as folder:
        joined = [Path(folder, shard.name) for shard in shards]
        for path, shard, *scored in zip(joined, shards, *scores, strict=True):
            write_sorted(path, join(shard, scored), row_groups=len(shards))
        pool = ds.dataset(joined)
        write_in_order(embeddings, pool, [name for name in pool.schema.names if name in {"id", "embeddings"}])
        found = distances(embeddings, neighbours, metric)
        write_in_order(output, pool, [name for name in pool.schema.names if name != "embeddings"], found)


def join(shard: Path, scored: list[Path]) -> pa.Table:
    """The examples of a shard by ID, with a column for each indicator, and their embeddings if there are any.

    More examples are scored than the pool keeps: those that an eval set also holds are left out here.
    """
    table = read_table(shard, SCORES, columns=SCORES.names).sort_by("id")
    for path in scored:
        rows = pq.read_table(path, filters=pc.field("id").isin(table["id"].combine_chunks())).sort_by("id")
        check_same_ids(table["id"].to_pylist(), rows["id"].to_pylist(), f"scores in {path}")
        for name in rows.drop_columns("id").column_names:
            table = table.append_column(rows.schema.field(name), rows[name])
    return table


def write_sorted(path: Path, table: pa.Table, row_groups: int) -> None:
    """Write a table that is sorted by ID, in row groups, so that a band of IDs is read without most other rows."""
    with table_writer(path, table.schema) as writer:
        writer.write_table(table, row_group_size=len(table) // row_groups + 1)


def distances(embeddings: Path, neighbours: list[int], metric: Metric) -> dict[str, pa.Array]:
    """`knn_i` of each example inside the pool, in order of ID."""
    if not neighbours:
        return {}
    points = to_points(read_table(embeddings, EMBEDDINGS)["embeddings"])
    return {name: pa.array(values) for name, values in knn_distances(points, neighbours, metric).items()}


def write_in_order(
    path: Path, pool: ds.FileSystemDataset, names: list[str], more: Mapping[str, pa.Array] = MappingProxyType({})
) -> None:
    """Write columns of a pool's shards as one table sorted by ID; the `more` columns are in that order already."""
    schema = pa.schema([*map(pool.schema.field, names), *((name, values.type) for name, values in more.items())])
    written = 0
    with table_writer(path, schema) as writer:
        for band in bands(len(pool.files)):
            table = pool.to_table(columns=names, filter=band).sort_by("id")
            for name, values in more.items():
                table = table.append_column(name, values.slice(written, len(table)))
            writer.write_table(table)
            written += len(table)


def bands(count: int) -> Iterator[pc.Expression]:
    """Conditions on the ID, in order, that split the examples about evenly: an ID is a hash in hex."""
    starts = ["", *(f"{number * 16**4 // count:04x}" for number in range(1, count))]
    for start, end in zip_longest(starts, starts[1:]):
        yield (pc.field("id") >= start) & (pc.field("id") < end if end else pc.scalar(True))


def truncation_by_source(reports: Iterable[ShardReport]) -> ScoresReport:
    """For each indicator and source: how many examples were scored, and how many of them were truncated."""
    scored: dict[str, Counter[str]] = {}
    truncated: dict[str, Counter[str]] = {}
    for report in reports:
        for name in dict.fromkeys([*report.indicators, *report.truncated]):
            scored.setdefault(name, Counter()).update(report.examples)
            truncated.setdefault(name, Counter()).update(report.truncated.get(name, {}))
    return ScoresReport(
        {
            name: {source: Seen(count, truncated[name][source]) for source, count in sorted(counts.items())}
            for name, counts in scored.items()
        }
    )


def asked_in_all(reports: Iterable[ShardReport]) -> Asked | None:
    """What an endpoint was asked for all shards; None where it was asked for none."""
    asked = [report.asked for report in reports if report.asked]
    return sum(asked, Asked(0, 0, 0, 0)) if asked else None


if __name__ == "__main__":
    run_main(main)
