"""Draw one subset of the candidates.

In: the report of the pool `candidates`, beside its shards, and the pool's scores if the scheme draws by them. Out: a
table of examples. Subset i depends only on these and on (seed, i), so raising the number of subsets changes none.

    python -m instructmining.sampling.sample_subset --subset 007 --settings '{"examples": 64, "subsets": 24}' \
        --seed 0 --pool results/data/pools/candidates.report.json --output results/sampling/007.parquet
"""

import argparse
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from instructmining.example import EXAMPLES
from instructmining.files import check_same_ids, read_json, write_table
from instructmining.sampling.designs import draw_by_scores
from instructmining.sampling.proportions import fused_counts
from instructmining.sampling.settings import OWN_SETTINGS, Sampling

IDsBySource = dict[str, list[str]]


def main() -> None:
    """Draw one subset."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--subset", required=True)
    parser.add_argument("--settings", required=True, type=Sampling.model_validate_json)
    parser.add_argument("--seed", required=True, type=int)
    parser.add_argument("--pool", required=True, type=Path, help="report of the pool, beside its shards")
    parser.add_argument("--scores", type=Path, help="scores of the pool, if the scheme draws by indicators")
    parser.add_argument("--output", required=True, type=Path)
    arguments = parser.parse_args()
    shards, number = shards_of(arguments.pool), int(arguments.subset)
    if "indicators" in OWN_SETTINGS[arguments.settings.scheme_of(number)]:
        ids = draw_from_scores(arguments.scores, arguments.settings, number, arguments.seed)
    else:
        generator = np.random.default_rng([arguments.seed, number])
        ids = draw_by_source(ids_by_source(shards), arguments.settings, number, generator)
    write_table(arguments.output, read_subset(shards, ids), EXAMPLES)


def shards_of(report: Path) -> list[Path]:
    """The shards of a pool, from its report."""
    folder = report.with_name(report.name.removesuffix(".report.json"))
    return [folder / f"{number:03d}.parquet" for number in range(len(read_json(report)["shards"]))]


def ids_by_source(shards: list[Path]) -> IDsBySource:
    """The IDs of each source, sorted, so that a draw does not depend on how the pool is split into shards."""
    table = (
        ds.dataset(shards).to_table(columns=["source", "id"]).sort_by([("source", "ascending"), ("id", "ascending")])
    )
    groups: IDsBySource = {}
    for source, identifier in zip(table["source"].to_pylist(), table["id"].to_pylist(), strict=True):
        groups.setdefault(source, []).append(identifier)
    return groups


def draw_by_source(groups: IDsBySource, settings: Sampling, number: int, generator: np.random.Generator) -> list[str]:
    """The IDs of subset `number`, sorted; raises ValueError where there are too few candidates."""
    if settings.scheme == "single_source":
        source = sorted(groups)[number % len(groups)]
        groups = {source: groups[source]}
    available = np.array([len(ids) for ids in groups.values()])
    if available.sum() < settings.examples:
        raise ValueError(
            f"subset {number:03d} needs {settings.examples} examples, but {', '.join(groups)} have {available.sum()};"
            " lower sampling.examples or add sources to pools.candidates"
        )
    counts = fused_counts(available, settings.examples, generator, settings.concentration)
    chosen = [
        generator.choice(ids, size=count, replace=False) for ids, count in zip(groups.values(), counts, strict=True)
    ]
    return sorted(str(identifier) for identifier in np.concatenate(chosen))


def draw_from_scores(scores: Path, settings: Sampling, number: int, seed: int) -> list[str]:
    """The IDs of subset `number`, sorted, drawn by the scores of the pool."""
    names = settings.indicators or []
    table = pq.read_table(scores, columns=["id", "source", *names]).sort_by("id")
    values = np.column_stack([table[name].to_numpy() for name in names])
    drawn = draw_by_scores(values, table["source"].to_numpy(), settings, number, seed)
    ids: list[str] = table["id"].take(drawn).to_pylist()
    return sorted(ids)


def read_subset(shards: list[Path], ids: list[str]) -> pa.Table:
    """The examples with these IDs, in the order of their IDs."""
    table = ds.dataset(shards).to_table(columns=EXAMPLES.names, filter=pc.field("id").isin(ids)).sort_by("id")
    check_same_ids(ids, table["id"].to_pylist(), "sample_subset")
    return table


if __name__ == "__main__":
    main()
