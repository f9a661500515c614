"""What memory gathering the scores of a pool takes, by the size of the pool.

Made-up pools of one scorer with embeddings, gathered by the command that the workflow runs, without `knn_i`, which
needs the embeddings of the whole pool at once. The first row is the command itself, which prints its help.

    python benchmarks/gathering.py
    python benchmarks/gathering.py --shards 4 64 --examples 5000
"""

import argparse
import os
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa

from instructmining.files import write_result, write_table
from instructmining.indicators.results import ShardReport, Timing
from instructmining.indicators.tables import SCORES

COMMAND = [sys.executable, "-m", "instructmining.indicators.gather_scores"]


def main() -> None:
    """Make each pool, gather its scores, print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shards", type=int, nargs="+", default=[4, 16, 32], help="of each pool")
    parser.add_argument("--examples", type=int, default=5000, help="in a shard")
    parser.add_argument("--dimensions", type=int, default=384, help="of the embeddings")
    arguments = parser.parse_args()
    print("| shards | examples | embeddings, MB | peak memory, MB |\n|---:|---:|---:|---:|")
    print(f"| - | - | - | {peak_memory_mb(['--help']):.0f} |")
    for shards in arguments.shards:
        with tempfile.TemporaryDirectory() as folder:
            made = [make_shard(Path(folder), i, arguments.examples, arguments.dimensions) for i in range(shards)]
            peak = peak_memory_mb(gathering(Path(folder), made))
        embeddings = shards * arguments.examples * arguments.dimensions * 4 / 1e6
        print(f"| {shards} | {shards * arguments.examples:,} | {embeddings:.0f} | {peak:.0f} |", flush=True)


def make_shard(folder: Path, number: int, examples: int, dimensions: int) -> tuple[str, str, str]:
    """A shard of a pool, its scores, and the report of its scorer."""
    shard, scores, report = (folder / f"{kind}-{number:03d}" for kind in ("shard", "scores", "report"))
    identifiers = pa.array([secrets.token_hex(16) for _ in range(examples)])
    source = pa.array(["made"] * examples)
    write_table(shard, pa.table([identifiers, source, pa.nulls(examples, pa.string())], SCORES), SCORES)
    values = np.random.default_rng(number).random((examples, dimensions), dtype=np.float32)
    embeddings = pa.FixedSizeListArray.from_arrays(values.ravel(), dimensions)
    made = pa.table({"id": identifiers, "relevance": values[:, 0], "embeddings": embeddings})
    write_table(scores, made, pa.schema([]))
    write_result(report, ShardReport(("relevance",), {"made": examples}, {}, Timing(0)))
    return str(shard), str(scores), str(report)


def gathering(folder: Path, made: list[tuple[str, str, str]]) -> list[str]:
    """The arguments that gather a pool."""
    shards, scores, reports = zip(*made, strict=True)
    results = {"--output": "scores.parquet", "--embeddings": "embeddings.parquet", "--report": "report.json"}
    written = [argument for option, name in results.items() for argument in (option, str(folder / name))]
    return ["--shards", *shards, "--scores", *scores, "--reports", *reports, *written]


def peak_memory_mb(arguments: list[str]) -> float:
    """The most memory that the command held, in MB; raises CalledProcessError where it fails."""
    process = subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    if code := os.waitstatus_to_exitcode(status):
        raise subprocess.CalledProcessError(code, COMMAND)
    return used.ru_maxrss * 1024 / 1e6


if __name__ == "__main__":
    main()
