"""Join the benchmarks of all arms and seeds to the comparison: one row per arm, seed and task, beside the test loss.

    python -m instructmining.comparison.benchmarks.gather --model smollm2 --pool mixed --baseline random \\
        --confidence 0.95 --losses results/comparison/smollm2/mixed/losses.parquet \\
        --benchmarks results/comparison/smollm2/mixed/benchmarks/*/seed*.json --output benchmarks.json \\
        --table benchmarks.csv

The interval of a difference is over questions. It is computed from the standard errors of both arms as if they had
answered different questions, so it is too wide rather than too narrow. Where there are several seeds, there is a second
interval over them, paired.
"""

import argparse
from collections.abc import Iterable
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from instructmining.command import run_main
from instructmining.comparison.benchmarks.result import ArmOnTask, BenchmarksResult, ModelMeasures, TaskDifference
from instructmining.comparison.compare import ARM_LOSSES
from instructmining.comparison.intervals import over_seeds
from instructmining.files import read_result, read_table, write_result, write_text
from instructmining.training.run import RunName

COLUMNS = ["arm", "seed", "task", "metric", "value", "stderr", "fewshot", "questions", "of", "limit", "version"]


def to_rows(measures: Iterable[ModelMeasures]) -> pd.DataFrame:
    """One row per arm, seed and task."""
    rows = [
        {"arm": RunName.read(tuned.run).arm, "seed": tuned.seed, "task": task, "limit": each.limit, **asdict(found)}
        for each in measures
        for tuned in [each.tuned_model]
        for task, found in each.tasks.items()
    ]
    return pd.DataFrame(rows)


def with_test_loss(rows: pd.DataFrame, losses: pd.DataFrame) -> pd.DataFrame:
    """The rows with each run's `test_loss`: nats per token, mean over the eval sets of role test."""
    tested = losses[losses["role"] == "test"].groupby(["arm", "seed"])["token_loss"].mean().rename("test_loss")
    joined = rows.merge(tested, on=["arm", "seed"], how="left", validate="many_to_one")
    if joined["test_loss"].isna().any():
        missing = joined.loc[joined["test_loss"].isna(), ["arm", "seed"]].drop_duplicates().to_dict("records")
        raise ValueError(f"the comparison lacks runs that benchmarks are of: {missing}; run compare again")
    return joined


def arm_results(rows: pd.DataFrame, baseline: str, confidence: float) -> list[ArmOnTask]:
    """Each arm on each task: mean over seeds, and its difference from the baseline, with its uncertainty."""
    results = []
    for (task, arm), found in rows.groupby(["task", "arm"], sort=False):
        other = rows[(rows["task"] == task) & (rows["arm"] == baseline)]
        result = ArmOnTask(
            task=str(task),
            arm=str(arm),
            metric=found["metric"].iloc[0],
            value=float(found["value"].mean()),
            stderr=_stderr(found),
            seeds=len(found),
            fewshot=int(found["fewshot"].iloc[0]),
            questions=int(found["questions"].iloc[0]),
            difference=None if arm == baseline else _difference(found, other, confidence),
            sentence="",
        )
        results.append(replace(result, sentence=sentence(result, baseline)))
    return results


def _stderr(found: pd.DataFrame) -> float | None:
    """Standard error of the mean over seeds; all answer the same questions, so more seeds do not lower it."""
    return None if found["stderr"].isna().any() else float(found["stderr"].mean())


def _difference(found: pd.DataFrame, other: pd.DataFrame, confidence: float) -> TaskDifference:
    pairs = found.merge(other, on="seed", suffixes=("", "_baseline"), validate="one_to_one")
    differences = (pairs["value"] - pairs["value_baseline"]).tolist()
    ours, theirs, mean = _stderr(found), _stderr(other), float(np.mean(differences))
    half = (
        None if ours is None or theirs is None else float(stats.norm.ppf((1 + confidence) / 2) * np.hypot(ours, theirs))
    )
    seeds = over_seeds(differences, confidence) if len(differences) > 1 else None
    return TaskDifference(
        mean=mean,
        questions_low=None if half is None else mean - half,
        questions_high=None if half is None else mean + half,
        seeds_low=seeds.low if seeds else None,
        seeds_high=seeds.high if seeds else None,
    )


def sentence(result: ArmOnTask, baseline: str) -> str:
    """What a benchmark shows about an arm, and no more."""
    error = "" if result.stderr is None else f", standard error {result.stderr:.4f}"
    head = f"{result.arm} on {result.task}: {result.metric} {result.value:.4f}{error}"
    head += f" ({result.questions} questions, {result.seeds} {'seed' if result.seeds == 1 else 'seeds'})"
    if result.difference is None:
        return f"{head}; the baseline"
    intervals = _intervals(result.difference)
    shown = bool(intervals) and all(low > 0 or high < 0 for low, high in intervals)
    ranges = ", ".join(f"[{low:+.4f}, {high:+.4f}]" for low, high in intervals) or "no interval"
    words = "differs from" if shown else "no difference shown from"
    return f"{head}; {words} {baseline}: {result.difference.mean:+.4f} {ranges}"


def _intervals(difference: TaskDifference) -> list[tuple[float, float]]:
    """Those of its intervals that there are: over questions, over seeds."""
    ends = (
        (difference.questions_low, difference.questions_high),
        (difference.seeds_low, difference.seeds_high),
    )
    return [(low, high) for low, high in ends if low is not None and high is not None]


def main() -> None:
    """Read the measures, write the table and what it says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("model", "pool", "baseline"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--confidence", type=float, required=True)
    parser.add_argument("--losses", type=Path, required=True)
    parser.add_argument("--benchmarks", type=Path, nargs="+", required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--table", type=Path, required=True)
    arguments = parser.parse_args()
    losses = read_table(arguments.losses, ARM_LOSSES).to_pandas()
    measures = [read_result(ModelMeasures, path) for path in arguments.benchmarks]
    rows = with_test_loss(to_rows(measures), losses)
    results = arm_results(rows, arguments.baseline, arguments.confidence)
    write_text(arguments.table, rows[[*COLUMNS, "test_loss"]].to_csv(index=False))
    about = arguments.model, arguments.pool, arguments.baseline, arguments.confidence
    write_result(arguments.output, BenchmarksResult(*about, tuple(results)))
    print("\n".join(result.sentence for result in results))


if __name__ == "__main__":
    run_main(main)
