"""What choosing the data cost, what the choice saves in a fine-tune, and after how many fine-tunes it has paid off.

Times are wall times. Those of fine-tunes come from their records and include both training and evaluation; those of
other jobs come from their benchmarks. CPU times would not do: they are sampled, and miss up to half a minute at the end
of a job. On a CPU a job has one core, so its hours are core hours; on a busy machine they are longer. A job that ran
again counts once.

    python -m instructmining.comparison.cost --benchmarks results/benchmarks \\
        --settings '{"epochs": 1}' --pools candidates mixed \\
        --subset-records results/training/smollm2/0*/seed*/record.json \\
        --choice-records results/training/smollm2/mixed.ruled/seed0/record.json \\
        --arm-records results/training/smollm2/mixed.*/seed*/record.json --scores scores.parquet --output cost.json
"""

import argparse
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow.parquet as pq

from instructmining.command import run_main
from instructmining.files import read_result, write_result
from instructmining.jobs.benchmarks import wall_seconds
from instructmining.training.record import Record
from instructmining.training.settings import Training

Unit = Literal["GPU hours", "core hours"]


@dataclass(frozen=True)
class StageCost:
    """What one stage of choosing took."""

    stage: str
    """The stage, in words."""
    jobs: int
    """Jobs of the stage."""
    measured: int
    """Jobs that left a time; the hours are theirs."""
    wall_hours: float
    """Wall time, summed over jobs."""
    gpu_hours: float
    """The part of it that a GPU was held for."""
    tokens: int | None
    """Tokens trained on; None where nothing is trained."""


@dataclass(frozen=True)
class PerFineTune:
    """Something that each later fine-tune takes, depending on what it is made on."""

    selected: float
    """On the selection."""
    full: float
    """On the whole pool."""


@dataclass(frozen=True)
class CostResult:
    """What choosing took, and what it saves."""

    unit: Unit
    """Unit of `once` and `fine_tune`: GPU hours where a GPU trained."""
    rows: tuple[StageCost, ...]
    """Each stage of choosing."""
    once: float
    """Hours of all stages together, which are spent once."""
    fine_tune: PerFineTune
    """Hours of training."""
    tokens: PerFineTune
    """Tokens trained on."""
    break_even: int | None
    """After how many fine-tunes on the selection choosing has paid off; None where it never does."""
    sentence: str
    """All this in words."""


def stage_cost(stage: str, files: Iterable[Path], tokens: int | None, on_gpu: bool) -> StageCost:
    """The cost of a stage from the benchmarks of its jobs."""
    files = list(files)
    seconds = [wall_seconds(path) for path in files if path.is_file()]
    wall = sum(seconds) / 3600
    return StageCost(stage, len(files), len(seconds), wall, wall if on_gpu else 0.0, tokens)


def training_cost(stage: str, records: Sequence[Record]) -> StageCost:
    """The cost of some fine-tunes, evaluation on every eval set included."""
    wall = sum(record.timing.seconds for record in records) / 3600
    gpu = wall if any(record.used_gpu for record in records) else 0.0
    return StageCost(stage, len(records), len(records), wall, gpu, sum(record.tokens for record in records))


def scoring_cost(pool: str, benchmarks: Path, cpu_scorers: Sequence[str], on_gpu: bool) -> StageCost:
    """The cost of scoring a pool; scorers without a model take no GPU."""
    files = sorted((benchmarks / "indicators" / pool).glob("*/*.jsonl"))
    cost = stage_cost(f"scoring {pool}", files, None, on_gpu)
    light = stage_cost("", [path for path in files if path.parent.name in cpu_scorers], None, on_gpu)
    return replace(cost, gpu_hours=cost.gpu_hours - light.gpu_hours)


def full_tokens(record: Record, examples: int, settings: Training) -> float:
    """Tokens of a fine-tune on a whole pool with these settings, estimated from a run on some of its examples."""
    if settings.steps:
        return record.tokens / record.steps * settings.steps
    batch = min(settings.batch_size, record.training.examples)
    return record.tokens / (record.steps * batch) * examples * settings.epochs


def cost_result(rows: Sequence[StageCost], arms: Sequence[Record], pool: int, settings: Training) -> CostResult:
    """The stages, a fine-tune on the selection beside one on the whole pool of `pool` examples, and the break-even."""
    chosen = [record for record in arms if record.run_name.arm == "selected"] or arms
    random = [record for record in arms if record.run_name.arm == "random"] or chosen
    unit: Unit = "GPU hours" if any(record.used_gpu for record in arms) else "core hours"
    selected_tokens = float(np.mean([record.tokens for record in chosen]))
    tokens = PerFineTune(selected_tokens, float(np.mean([full_tokens(record, pool, settings) for record in random])))
    selected_hours = float(np.mean([record.timing.training_seconds for record in chosen])) / 3600
    hours = PerFineTune(selected_hours, selected_hours * tokens.full / tokens.selected)
    once = sum(_hours(row, unit) for row in rows)
    fine_tunes = _break_even(once, hours)
    counted = all(row.measured == row.jobs for row in rows)
    words = f"{_once_sentence(rows, unit, once)} {_per_fine_tune_sentence(hours, unit, fine_tunes, counted)}"
    return CostResult(unit, tuple(rows), once, hours, tokens, fine_tunes, words)


def _break_even(once: float, hours: PerFineTune) -> int | None:
    """After how many fine-tunes choosing has paid off; None where it never does."""
    return math.ceil(once / (hours.full - hours.selected)) if hours.full > hours.selected else None


def _once_sentence(rows: Sequence[StageCost], unit: Unit, once: float) -> str:
    jobs, measured = sum(row.jobs for row in rows), sum(row.measured for row in rows)
    missing = f" ({jobs - measured} of {jobs} jobs left no benchmark and are not counted)" if measured < jobs else ""
    return f"Choosing took {'at least ' if missing else ''}{once:.3g} {unit}, once{missing}."


def _per_fine_tune_sentence(hours: PerFineTune, unit: Unit, break_even: int | None, counted: bool) -> str:
    after = (
        f"choosing has paid off after {'' if counted else 'at least '}{break_even:,} such fine-tunes"
        if break_even is not None
        else "so choosing saves no time in a fine-tune and never pays off in this way"
    )
    return (
        f"A fine-tune takes {hours.selected:.3g} {unit} on the selection and, in proportion to its tokens,"
        f" {hours.full:.3g} on the whole pool: {after}. Choosing the same number of examples at random costs nothing."
    )


def _hours(row: StageCost, unit: Unit) -> float:
    return row.gpu_hours if unit == "GPU hours" else row.wall_hours


def read_and_add_up(arguments: argparse.Namespace) -> CostResult:
    """Read records and benchmarks, and add up what they took."""
    paths = (arguments.subset_records, arguments.choice_records, arguments.arm_records)
    subsets, choices, arms = ([read_result(Record, path) for path in some] for some in paths)
    on_gpu = any(record.used_gpu for record in [*subsets, *choices, *arms])
    rows = [scoring_cost(pool, arguments.benchmarks, arguments.cpu_scorers, on_gpu) for pool in arguments.pools]
    if subsets:
        rows.append(training_cost("fine-tunes on subsets", subsets))
    if choices:
        rows.append(training_cost("fine-tunes of the validation", choices))
    if arguments.trials:
        tokens = sum(pq.read_table(arguments.trials)["tokens"].to_pylist())
        search = arguments.benchmarks / "selection" / arms[0].model / arguments.pools[-1] / "search_size.jsonl"
        rows.append(stage_cost("search for the size", [search], tokens, on_gpu))
    examples = pq.read_metadata(arguments.scores).num_rows
    return cost_result(rows, arms, examples, arguments.settings)


def main() -> None:
    """Add up, write, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, fromfile_prefix_chars="@"
    )
    parser.add_argument("--benchmarks", type=Path, required=True, help="folder of benchmarks of the jobs")
    parser.add_argument("--settings", type=Training.model_validate_json, required=True)
    parser.add_argument("--pools", nargs="+", required=True, help="pools that were scored; last, the one selected from")
    parser.add_argument("--cpu-scorers", nargs="*", default=[], help="scorers that take no GPU")
    parser.add_argument("--subset-records", type=Path, nargs="*", default=[])
    parser.add_argument("--choice-records", type=Path, nargs="*", default=[], help="fine-tunes of the validation")
    parser.add_argument("--arm-records", type=Path, nargs="+", required=True)
    parser.add_argument("--trials", type=Path, help="trials of a search for the size")
    parser.add_argument("--scores", type=Path, required=True, help="scores of the pool")
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    found = read_and_add_up(arguments)
    write_result(arguments.output, found)
    for row in found.rows:
        tokens = f", {row.tokens:,} tokens" if row.tokens is not None else ""
        print(f"{row.stage}: {row.jobs} jobs, {row.wall_hours:.3g} h, {row.gpu_hours:.3g} GPU h{tokens}")
    print(found.sentence)


if __name__ == "__main__":
    run_main(main)
