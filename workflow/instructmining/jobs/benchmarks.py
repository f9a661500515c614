"""How long jobs took, from the benchmark files that Snakemake writes: JSON lines, one for each time that a job ran."""

import json
import re
from pathlib import Path


def wall_seconds(benchmark: Path) -> float:
    """Wall time of the last time that a job ran, in seconds.

    CPU times would not do: Snakemake samples them, and misses up to half a minute at the end of a job.
    """
    last = benchmark.read_text(encoding="utf-8").splitlines()[-1]
    return float(json.loads(last)["s"])


def benchmark_of(log: str) -> str:
    """The path of a job's benchmark, from that of its log."""
    return re.sub(r"/logs/(.*)\.log$", r"/benchmarks/\1.jsonl", log)
