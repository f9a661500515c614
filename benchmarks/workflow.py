"""What the engine costs: time and memory of the DAG, a second run with nothing to do, the overhead of a job.

The workflow is the real one; its commands are replaced by a `python` that creates the files named in its arguments, so
that only the engine is measured. CPU seconds stand beside wall seconds, which say little on a busy machine.

    python benchmarks/workflow.py                     # writes benchmarks/workflow.json and prints a table
    python benchmarks/workflow.py --subsets 129 --no-run
    MEM=1000000 tests/slurm/cluster.sh run python benchmarks/workflow.py --subsets 2 --shards 1 --profile profiles/slurm
    python benchmarks/workflow.py --subsets 2 --shards 1 --until import_source    # seven jobs that depend on nothing
"""

import argparse
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
MODELS = ("llama", "encoder", "reward", "t5")
# Creates what it is told to write, and nothing else; a name without a suffix is a folder's. The explorer alone writes
# more than its arguments name.
STAND_IN = """#!/bin/bash
while (($#)); do
    path=$1 && shift
    case $path in results/*) ;; *) continue ;; esac
    [[ $path != results/explorer/index.html ]] || set -- "$@" results/explorer/{assets,data/rankings.js}
    case ${path##*/} in *.*) mkdir -p "${path%/*}" && touch -a "$path" ;; *) mkdir -p "$path" ;; esac
done
"""


@dataclass(frozen=True)
class Cost:
    """What one call of Snakemake took."""

    what: str
    subsets: int
    jobs: int
    wall_seconds: float
    cpu_seconds: float
    memory_mb: float


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--subsets", type=int, nargs="+", default=[129, 1000, 2000])
    parser.add_argument("--shards", type=int, default=100)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--no-run", action="store_true", help="build DAGs only")
    parser.add_argument("--profile", type=Path, default=ROOT / "profiles" / "local")
    parser.add_argument("--until", nargs="+", default=[], metavar="RULE", help="run up to these rules only")
    parser.add_argument("--output", type=Path, default=ROOT / "benchmarks" / "workflow.json")
    arguments = parser.parse_args()
    options = [
        "--profile",
        str(arguments.profile.resolve()),
        *(["--until", *arguments.until] if arguments.until else []),
    ]
    costs: list[Cost] = []
    for position, subsets in enumerate(arguments.subsets):
        with tempfile.TemporaryDirectory() as folder:
            write_run(Path(folder), subsets, arguments.shards, arguments.seeds)
            costs.append(measure("parse and DAG", Path(folder), subsets, *options, "--rulegraph", "mermaid-js"))
            costs.append(measure("dry run, nothing there", Path(folder), subsets, *options, "--dry-run"))
            if position == 0 and not arguments.no_run:
                costs.append(measure("run with stand-ins", Path(folder), subsets, *options))
                costs.append(measure("dry run, all there", Path(folder), subsets, *options, "--dry-run"))
                costs.append(measure("run, all there", Path(folder), subsets, *options))
    print(table(costs))
    arguments.output.write_text(json.dumps([asdict(cost) for cost in costs], indent=2) + "\n", encoding="utf-8")


def write_run(folder: Path, subsets: int, shards: int, seeds: int) -> None:
    """A working directory: stand-ins for data, model and Python, and a config of the paper's scale."""
    for name in ("data", "bin", *(f"models/{model}" for model in MODELS)):
        (folder / name).mkdir(parents=True)
    for model in MODELS:
        (folder / "models" / model / "model.safetensors").touch()
    names = ["first", "second", "third", "fourth", "new", "evaluation", "final"]
    for name in names:
        (folder / "data" / f"{name}.jsonl").touch()
    (folder / "bin" / "python").write_text(STAND_IN)
    (folder / "bin" / "python").chmod(0o755)
    (folder / "config.yaml").write_text(yaml.safe_dump(config(names, subsets, shards, seeds)))


def config(names: list[str], subsets: int, shards: int, seeds: int) -> dict[str, Any]:
    """Every subset on every seed, every indicator, the candidates in so many shards."""
    return {
        "sources": {name: {"path": f"data/{name}.jsonl"} for name in names},
        "pools": {
            "candidates": {"sources": names[:4], "shards": shards},
            "new": {"sources": ["new"], "shards": min(shards, 16)},
        },
        "eval_sets": {
            "fit": {"sources": ["evaluation"], "role": "fit", "part": "1/2"},
            "search": {"sources": ["evaluation"], "role": "search", "part": "2/2"},
            "test": {"sources": ["final"], "role": "test"},
        },
        "sampling": {"subsets": subsets, "replicated": subsets, "seeds": seeds},
        "indicators": {
            "text": {"model": "base"},
            "likelihood": {"model": "base"},
            "embedding": {"model": {"path": "models/encoder"}},
            "reward": {"model": {"path": "models/reward"}, "prompt": "open_assistant"},
            "unieval": {"model": {"path": "models/t5"}},
        },
        "models": {"base": {"path": "models/llama", "parameters": 6.7e9}},
        "selection": {"examples": 1000},
    }


def measure(what: str, folder: Path, subsets: int, *options: str) -> Cost:
    """One call of Snakemake, and what it took."""
    snakemake = Path(sys.executable).with_name("snakemake")
    command = [snakemake, "--snakefile", ROOT / "Snakefile", "--configfile", "config.yaml"]
    path = f"{folder / 'bin'}{os.pathsep}{snakemake.parent}{os.pathsep}{os.environ['PATH']}"
    started, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    log = folder / "log"
    with log.open("w") as output:
        done = subprocess.Popen(
            [*command, *options], cwd=folder, env={**os.environ, "PATH": path}, stdout=output, stderr=subprocess.STDOUT
        )
        _, status, usage = os.wait4(done.pid, 0)
    wall, said = time.monotonic() - started, log.read_text()
    if status:
        raise RuntimeError(said[-3000:])
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    jobs = re.search(r"^total +(\d+)$", said, re.MULTILINE)
    return Cost(what, subsets, int(jobs[1]) if jobs else 0, wall, cpu, usage.ru_maxrss / 1024)


def table(costs: list[Cost]) -> str:
    """The costs as a Markdown table."""
    lines = ["| call | subsets | jobs | wall s | CPU s | wall ms/job | memory MB |", "|---|---|---|---|---|---|---|"]
    for cost in costs:
        each = f"{cost.wall_seconds / cost.jobs * 1000:.1f}" if cost.jobs else "-"
        lines.append(
            f"| {cost.what} | {cost.subsets} | {cost.jobs} | {cost.wall_seconds:.1f} | {cost.cpu_seconds:.1f}"
            f" | {each} | {cost.memory_mb:.0f} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
