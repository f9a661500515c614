"""The indicators of a subset: the means of its examples' scores; `knn_i` is measured inside the subset.

    python -m instructmining.indicators.subset_indicators --subset results/sampling/007.parquet \
        --scores results/indicators/candidates/scores.parquet \
        --embeddings results/indicators/candidates/embeddings.parquet --neighbours 6 --output 007.json
"""

import argparse
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from instructmining.command import run_main
from instructmining.files import check_same_ids, write_result
from instructmining.indicators.neighbours import knn_distances, to_points
from instructmining.indicators.results import SubsetIndicators
from instructmining.indicators.settings import Metric
from instructmining.indicators.tables import SCORES
from instructmining.indicators.winsorise import Limits, limits_in, winsorise


def main() -> None:
    """Compute the indicators of one subset."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--subset", required=True, type=Path)
    parser.add_argument("--scores", required=True, type=Path)
    parser.add_argument("--embeddings", required=True, type=Path)
    parser.add_argument("--neighbours", nargs="*", type=int, default=[])
    parser.add_argument("--metric", choices=get_args(Metric), default="euclidean")
    parser.add_argument("--winsorise", type=float, help="share at each end that counts as the quantile there")
    parser.add_argument("--output", required=True, type=Path)
    arguments = parser.parse_args()
    ids = sorted(pq.read_table(arguments.subset, columns=["id"])["id"].to_pylist())
    limits = limits_of_examples(arguments.scores, arguments.neighbours, arguments.winsorise)
    scores = winsorise(read_ids(arguments.scores, ids), limits)
    embeddings = read_ids(arguments.embeddings, ids)
    found = indicators_of_subset(arguments.subset.stem, scores, embeddings, arguments.neighbours, arguments.metric)
    write_result(arguments.output, found)


def read_ids(path: Path, ids: list[str]) -> pa.Table:
    """The rows of a table with these IDs, in their order; raises ValueError if one is missing."""
    table = pq.read_table(path, filters=pc.field("id").isin(ids)).sort_by("id")
    check_same_ids(ids, table["id"].to_pylist(), str(path))
    return table


def limits_of_examples(candidates: Path, neighbours: list[int], share: float | None) -> dict[str, Limits]:
    """The limits that the scores of examples are held within, from those of the candidates; none without a share."""
    if not share:
        return {}
    return limits_in(candidates, scored_alone(pq.read_schema(candidates).names, neighbours), share)


def scored_alone(columns: Sequence[str], neighbours: list[int]) -> list[str]:
    """The indicators of an example by itself, without those that are measured inside a set."""
    return [name for name in columns if name not in {*SCORES.names, *(f"knn_{i}" for i in neighbours)}]


def indicators_of_subset(
    subset: str, scores: pa.Table, embeddings: pa.Table, neighbours: list[int], metric: Metric = "euclidean"
) -> SubsetIndicators:
    """The means of the indicators, and where the examples come from."""
    means = {name: pc.mean(scores[name]).as_py() for name in scored_alone(scores.column_names, neighbours)}
    if neighbours:
        distances = knn_distances(to_points(embeddings["embeddings"]), neighbours, metric)
        means |= {name: float(values.mean()) for name, values in distances.items()}
    return SubsetIndicators(
        subset=subset,
        examples=len(scores),
        sources=dict(sorted(Counter(scores["source"].to_pylist()).items())),
        degraded=len(scores) - scores["degraded"].null_count,
        indicators=means,
    )


if __name__ == "__main__":
    run_main(main)
