"""Join the scores of all shards and scorers of a pool into one table, and add `knn_i` inside the pool.

Out: `scores.parquet` (id, source, degraded, one column per indicator) and `embeddings.parquet` (id, embedding),
both sorted by ID, which is all that later stages read of the indicators; `scores.report.json` says for each indicator
and source how many examples were scored and how many of them truncated.
"""

import argparse
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, get_args

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from instructmining.files import check_same_ids, read_json, write_json, write_table
from instructmining.indicators.neighbours import knn_distances, to_points
from instructmining.indicators.settings import Metric
from instructmining.indicators.tables import EMBEDDINGS, SCORES


def main() -> None:
    """Gather the scores of one pool."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shards", required=True, nargs="+", type=Path, help="the shards of the pool")
    parser.add_argument("--scores", nargs="+", action="append", default=[], type=Path, help="of one scorer; repeat")
    parser.add_argument("--neighbours", nargs="*", type=int, default=[], help="the i of knn_i")
    parser.add_argument("--metric", choices=get_args(Metric), default="euclidean")
    parser.add_argument("--reports", nargs="*", default=[], type=Path, help="of all scorers and shards")
    parser.add_argument("--output", required=True, type=Path)
    parser.add_argument("--embeddings", required=True, type=Path)
    parser.add_argument("--report", required=True, type=Path)
    arguments = parser.parse_args()
    scores, embeddings = gather(arguments.shards, arguments.scores, arguments.neighbours, arguments.metric)
    write_json(arguments.report, describe(map(read_json, arguments.reports)))
    write_table(arguments.embeddings, embeddings, EMBEDDINGS)
    write_table(arguments.output, scores, SCORES)


def gather(
    shards: list[Path], scores: list[list[Path]], neighbours: list[int], metric: Metric = "euclidean"
) -> tuple[pa.Table, pa.Table]:
    """The scores of a pool and its embeddings; raises ValueError where a scorer missed an example.

    More than the pool is scored: examples that an eval set also holds are taken out afterwards, here.
    """
    table = ds.dataset(shards).to_table(columns=SCORES.names).sort_by("id")
    embeddings = table.select(["id"])
    for paths in scores:
        scored = ds.dataset(paths).to_table(filter=pc.field("id").isin(table["id"])).sort_by("id")
        check_same_ids(table["id"].to_pylist(), scored["id"].to_pylist(), f"scores in {paths[0].parent}")
        for name in scored.column_names:
            if name == "embeddings":
                embeddings = scored.select(["id", "embeddings"])
            elif name != "id":
                table = table.append_column(name, scored[name])
    if neighbours:
        distances = knn_distances(to_points(embeddings["embeddings"]), neighbours, metric)
        for name, values in distances.items():
            table = table.append_column(name, pa.array(values))
    return table, embeddings


def describe(reports: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """For each indicator and source: examples scored, and how many of them the model did not see whole."""
    scored: dict[str, Counter[str]] = {}
    truncated: dict[str, Counter[str]] = {}
    for report in reports:
        for name in [*report["indicators"], *(set(report["truncated"]) - set(report["indicators"]))]:
            scored.setdefault(name, Counter()).update(report["examples"])
            truncated.setdefault(name, Counter()).update(report["truncated"].get(name, {}))
    return {
        "indicators": {
            name: {
                source: {"examples": count, "truncated": truncated[name][source]}
                for source, count in sorted(counts.items())
            }
            for name, counts in scored.items()
        }
    }


if __name__ == "__main__":
    main()
