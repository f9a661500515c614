"""What choosing the data cost, what the choice saves in a fine-tune, and after how many fine-tunes it has paid.

Times are wall times of the jobs' benchmarks, tokens those of the records. Snakemake samples CPU time, and misses up to
half a minute at the end of a job; on a CPU a job has one core, so hours are those of a core, more where the machine is
busy. A job that ran again counts as its last run alone; where that only measured a kept adapter again, as its log says,
what the training took is not known and is left out.

    python -m instructmining.comparison.cost --benchmarks results/benchmarks --logs results/logs \\
        --settings '{"epochs": 1}' --pools candidates mixed \\
        --subset-records results/training/smollm2/0*/seed*/record.json \\
        --arm-records results/training/smollm2/mixed.*/seed*/record.json --scores scores.parquet --output cost.json
"""

import argparse
import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from instructmining.files import read_json, write_json
from instructmining.training.settings import Training

ON_CPU = "cpu"
KEPT = "evaluating it, without training"
"""What the log of a fine-tune says where an earlier job kept the adapter."""


@dataclass(frozen=True)
class Folders:
    """Where jobs leave what they took and what they did; both follow the paths of results."""

    benchmarks: Path
    logs: Path


@dataclass(frozen=True)
class Row:
    """What one stage took."""

    stage: str
    jobs: int
    measured: int
    """Jobs with a benchmark of what they are counted for; the hours are of these."""
    wall_hours: float
    gpu_hours: float
    tokens: int | None
    """Trained on; None where nothing is trained."""


def stage_row(stage: str, files: Iterable[Path], tokens: int | None, on_gpu: bool) -> Row:
    """The row of a stage from the benchmarks of its jobs."""
    files = list(files)
    lines = [json.loads(path.read_text().splitlines()[-1]) for path in files if path.is_file()]
    wall = sum(line["s"] for line in lines) / 3600
    return Row(stage, len(files), len(lines), wall, wall if on_gpu else 0.0, tokens)


def training_row(stage: str, records: Sequence[dict[str, Any]], folders: Folders) -> Row:
    """The row of some fine-tunes."""
    names = [f"training/{record['model']}/{record['run']}/seed{record['seed']}" for record in records]
    files = [folders.benchmarks / f"{name}.jsonl" for name in names if trained(folders.logs / f"{name}.log")]
    on_gpu = any(record["device"] != ON_CPU for record in records)
    row = stage_row(stage, files, sum(record["tokens"] for record in records), on_gpu)
    return replace(row, jobs=len(records))


def trained(log: Path) -> bool:
    """Whether the last job of a fine-tune trained; so it is taken to have where its log is gone."""
    return not log.is_file() or KEPT not in log.read_text(encoding="utf-8", errors="replace")


def scoring_row(pool: str, benchmarks: Path, cpu_scorers: Sequence[str], on_gpu: bool) -> Row:
    """The row of the scoring of a pool; scorers without a model take no GPU."""
    files = sorted((benchmarks / "indicators" / pool).glob("*/*.jsonl"))
    row = stage_row(f"scoring {pool}", files, None, on_gpu)
    light = stage_row("", [path for path in files if path.parent.name in cpu_scorers], None, on_gpu)
    return replace(row, gpu_hours=row.gpu_hours - light.gpu_hours)


def full_tokens(record: dict[str, Any], examples: int, settings: Training) -> float:
    """Tokens of a fine-tune on a whole pool, as `training` says, from those of a run's examples."""
    if settings.steps:
        return float(record["tokens"] / record["steps"] * settings.steps)
    batch = min(settings.batch_size, record["training"]["examples"])
    return float(record["tokens"] / (record["steps"] * batch) * examples * settings.epochs)


def describe(
    rows: Sequence[Row], arms: Sequence[dict[str, Any]], pool: int, settings: Training, folders: Folders
) -> Any:
    """The table, what a fine-tune takes on the selection and on the whole pool of so many examples, the break-even."""
    chosen = [record for record in arms if _arm(record) == "selected"] or list(arms)
    random = [record for record in arms if _arm(record) == "random"] or chosen
    unit = "GPU hours" if any(record["device"] != ON_CPU for record in arms) else "core hours"
    tuned = training_row("a fine-tune on the selection", chosen, folders)
    tokens = float(np.mean([record["tokens"] for record in chosen]))
    whole = float(np.mean([full_tokens(record, pool, settings) for record in random]))
    hours = _hours(tuned, unit) / tuned.measured if tuned.measured else None
    full = hours * whole / tokens if hours is not None else None
    once = sum(_hours(row, unit) for row in rows)
    pays = _break_even(once, hours, full)
    return {
        "unit": unit,
        "rows": [asdict(row) for row in rows],
        "once": once,
        "fine_tune": {"selected": hours, "full": full},
        "tokens": {"selected": tokens, "full": whole},
        "break_even": pays,
        "sentence": f"{_once_sentence(rows, unit, once)} {_pays_sentence(hours, full, pays)}",
    }


def _break_even(once: float, selected: float | None, full: float | None) -> int | None:
    """After how many fine-tunes choosing has paid; None where it never does, or what one takes is not known."""
    if selected is None or full is None or full <= selected:
        return None
    return math.ceil(once / (full - selected))


def _once_sentence(rows: Sequence[Row], unit: str, once: float) -> str:
    jobs, measured = sum(row.jobs for row in rows), sum(row.measured for row in rows)
    missing = (
        f" ({jobs - measured} of {jobs} jobs left no benchmark, or one of measuring a kept adapter again, and are not"
        " in it)"
        if measured < jobs
        else ""
    )
    return f"Choosing took {once:.3g} {unit}, once{missing}."


def _pays_sentence(selected: float | None, full: float | None, pays: int | None) -> str:
    free = "Random examples of the same number cost nothing to choose."
    if selected is None or full is None:
        return (
            "What a fine-tune on the selection takes is not known, as no benchmark of one that trained is left, and so"
            f" neither is when choosing has paid. {free}"
        )
    after = (
        f"choosing has paid after {pays:,} such fine-tunes"
        if pays is not None
        else "so choosing saves no time in a fine-tune and never pays by it"
    )
    return (
        f"A fine-tune takes {selected:.3g} on the selection and, in proportion to its tokens, {full:.3g} on the whole"
        f" pool: {after}. {free}"
    )


def _hours(row: Row, unit: str) -> float:
    return row.gpu_hours if unit == "GPU hours" else row.wall_hours


def _arm(record: dict[str, Any]) -> str:
    return str(record["run"].rpartition(".")[2])


def gather(arguments: argparse.Namespace) -> Any:
    """Read what there is and describe it."""
    subsets, arms = ([read_json(path) for path in paths] for paths in (arguments.subset_records, arguments.arm_records))
    folders = Folders(arguments.benchmarks, arguments.logs)
    on_gpu = any(record["device"] != ON_CPU for record in [*subsets, *arms])
    rows = [scoring_row(pool, arguments.benchmarks, arguments.cpu_scorers, on_gpu) for pool in arguments.pools]
    if subsets:
        rows.append(training_row("fine-tunes on subsets", subsets, folders))
    if arguments.trials:
        tokens = sum(pq.read_table(arguments.trials)["tokens"].to_pylist())
        search = arguments.benchmarks / "selection" / arms[0]["model"] / arguments.pools[-1] / "search_size.jsonl"
        rows.append(stage_row("search of the size", [search], tokens, on_gpu))
    examples = pq.read_metadata(arguments.scores).num_rows
    return describe(rows, arms, examples, arguments.settings, folders)


def main() -> None:
    """Add up, write, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, fromfile_prefix_chars="@"
    )
    parser.add_argument("--benchmarks", type=Path, required=True, help="folder of the jobs' benchmarks")
    parser.add_argument("--logs", type=Path, required=True, help="folder of the jobs' logs")
    parser.add_argument("--settings", type=Training.model_validate_json, required=True)
    parser.add_argument("--pools", nargs="+", required=True, help="pools that were scored, the one selected from last")
    parser.add_argument("--cpu-scorers", nargs="*", default=[], help="scorers that take no GPU")
    parser.add_argument("--subset-records", type=Path, nargs="*", default=[])
    parser.add_argument("--arm-records", type=Path, nargs="+", required=True)
    parser.add_argument("--trials", type=Path, help="of a search of the size")
    parser.add_argument("--scores", type=Path, required=True, help="scores of the pool")
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    found = gather(arguments)
    write_json(arguments.output, found)
    for row in found["rows"]:
        tokens = f", {row['tokens']:,} tokens" if row["tokens"] is not None else ""
        print(f"{row['stage']}: {row['jobs']} jobs, {row['wall_hours']:.3g} h, {row['gpu_hours']:.3g} GPU h{tokens}")
    print(found["sentence"])


if __name__ == "__main__":
    main()
