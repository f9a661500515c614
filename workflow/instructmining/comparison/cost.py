"""What choosing the data cost, what the choice saves in a fine-tune, and after how many fine-tunes it has paid.

Times are wall times: of fine-tunes those of their records, training and measuring, of other jobs those of their
benchmarks. On a CPU a job has one core, so hours are those of a core, more where the machine is busy. A job that ran
again counts once.

    python -m instructmining.comparison.cost --benchmarks results/benchmarks \\
        --settings '{"epochs": 1}' --pools candidates mixed \\
        --subset-records results/training/smollm2/0*/seed*/record.json \\
        --arm-records results/training/smollm2/mixed.*/seed*/record.json --scores scores.parquet --output cost.json
"""

import argparse
import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from instructmining.files import read_json, write_json
from instructmining.jobs.benchmarks import wall_seconds
from instructmining.training.run import RunName
from instructmining.training.settings import Training

ON_CPU = "cpu"


@dataclass(frozen=True)
class Row:
    """What one stage took."""

    stage: str
    jobs: int
    measured: int
    """Jobs that left a time; the hours are of these."""
    wall_hours: float
    gpu_hours: float
    tokens: int | None
    """Trained on; None where nothing is trained."""


def stage_row(stage: str, files: Iterable[Path], tokens: int | None, on_gpu: bool) -> Row:
    """The row of a stage from the benchmarks of its jobs."""
    files = list(files)
    seconds = [wall_seconds(path) for path in files if path.is_file()]
    wall = sum(seconds) / 3600
    return Row(stage, len(files), len(seconds), wall, wall if on_gpu else 0.0, tokens)


def training_row(stage: str, records: Sequence[dict[str, Any]]) -> Row:
    """The row of some fine-tunes, each with its measuring on every eval set."""
    wall = sum(record["timing"]["seconds"] for record in records) / 3600
    gpu = wall if any(record["device"] != ON_CPU for record in records) else 0.0
    return Row(stage, len(records), len(records), wall, gpu, sum(record["tokens"] for record in records))


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


def cost_result(rows: Sequence[Row], arms: Sequence[dict[str, Any]], pool: int, settings: Training) -> Any:
    """The table, what a fine-tune takes on the selection and on the whole pool of so many examples, the break-even."""
    chosen = [record for record in arms if _arm(record) == "selected"] or list(arms)
    random = [record for record in arms if _arm(record) == "random"] or chosen
    unit = "GPU hours" if any(record["device"] != ON_CPU for record in arms) else "core hours"
    tokens = float(np.mean([record["tokens"] for record in chosen]))
    whole = float(np.mean([full_tokens(record, pool, settings) for record in random]))
    hours = float(np.mean([record["timing"]["training_seconds"] for record in chosen])) / 3600
    full = hours * whole / tokens
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


def _break_even(once: float, selected: float, full: float) -> int | None:
    """After how many fine-tunes choosing has paid; None where it never does."""
    return math.ceil(once / (full - selected)) if full > selected else None


def _once_sentence(rows: Sequence[Row], unit: str, once: float) -> str:
    jobs, measured = sum(row.jobs for row in rows), sum(row.measured for row in rows)
    missing = f" ({jobs - measured} of {jobs} jobs left no benchmark and are not in it)" if measured < jobs else ""
    return f"Choosing took {once:.3g} {unit}, once{missing}."


def _pays_sentence(selected: float, full: float, pays: int | None) -> str:
    free = "Random examples of the same number cost nothing to choose."
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
    return RunName.read(record["run"]).arm


def gather(arguments: argparse.Namespace) -> Any:
    """Read what there is, and put it into one result."""
    subsets, arms = ([read_json(path) for path in paths] for paths in (arguments.subset_records, arguments.arm_records))
    on_gpu = any(record["device"] != ON_CPU for record in [*subsets, *arms])
    rows = [scoring_row(pool, arguments.benchmarks, arguments.cpu_scorers, on_gpu) for pool in arguments.pools]
    if subsets:
        rows.append(training_row("fine-tunes on subsets", subsets))
    if arguments.trials:
        tokens = sum(pq.read_table(arguments.trials)["tokens"].to_pylist())
        search = arguments.benchmarks / "selection" / arms[0]["model"] / arguments.pools[-1] / "search_size.jsonl"
        rows.append(stage_row("search of the size", [search], tokens, on_gpu))
    examples = pq.read_metadata(arguments.scores).num_rows
    return cost_result(rows, arms, examples, arguments.settings)


def main() -> None:
    """Add up, write, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, fromfile_prefix_chars="@"
    )
    parser.add_argument("--benchmarks", type=Path, required=True, help="folder of the jobs' benchmarks")
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
