"""Join the benchmarks of all arms and seeds to the comparison: one row per arm, seed and task, beside the test loss.

    python -m instructmining.comparison.benchmarks.gather --model smollm2 --pool mixed --baseline random \\
        --confidence 0.95 --losses results/comparison/smollm2/mixed/losses.parquet \\
        --benchmarks results/comparison/smollm2/mixed/benchmarks/*/seed*.json --output benchmarks.json \\
        --table benchmarks.csv

The interval of a difference is over seeds, paired, and over questions together. The part of the questions comes from
the standard errors of both arms as if they had answered different questions, so it is too wide rather than too narrow.
A difference is claimed only where both are known, corrected for the number of arms and tasks (Holm).
"""

import argparse
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import pandas as pd

from instructmining.command import run_main
from instructmining.comparison.benchmarks.result import (
    ArmOnTask,
    BenchmarksResult,
    ModelMeasures,
    TaskDifference,
    Variation,
)
from instructmining.comparison.compare import ARM_LOSSES
from instructmining.comparison.intervals import Mean, Part, corrected_confidence
from instructmining.comparison.words import outcome
from instructmining.files import read_result, read_table, write_result, write_text
from instructmining.holm import holm
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


@dataclass(frozen=True)
class Gap:
    """An arm's value minus the baseline's on one task, and what its uncertainty is known over."""

    mean: Mean
    over: tuple[Variation, ...]

    @property
    def p_value(self) -> float | None:
        """None where seeds or questions are left out: then nothing is claimed."""
        return self.mean.p_value if self.over == ("seeds", "questions") else None


def arm_results(rows: pd.DataFrame, baseline: str, confidence: float) -> list[ArmOnTask]:
    """Each arm on each task: mean over seeds, and its difference from the baseline, with its uncertainty."""
    groups = {(str(task), str(arm)): found for (task, arm), found in rows.groupby(["task", "arm"], sort=False)}
    gaps = {key: gap_of(found, groups[key[0], baseline]) for key, found in groups.items() if key[1] != baseline}
    differences = differences_of(gaps, confidence)
    results = [_result(*key, found, differences.get(key)) for key, found in groups.items()]
    return [replace(result, sentence=sentence(result, baseline, confidence)) for result in results]


def _result(task: str, arm: str, found: pd.DataFrame, difference: TaskDifference | None) -> ArmOnTask:
    return ArmOnTask(
        task=task,
        arm=arm,
        metric=found["metric"].iloc[0],
        value=float(found["value"].mean()),
        stderr=_stderr(found),
        seeds=len(found),
        fewshot=int(found["fewshot"].iloc[0]),
        questions=int(found["questions"].iloc[0]),
        difference=difference,
        sentence="",
    )


def _stderr(found: pd.DataFrame) -> float | None:
    """Standard error of the mean over seeds; all answer the same questions, so more seeds do not lower it."""
    return None if found["stderr"].isna().any() else float(found["stderr"].mean())


def gap_of(found: pd.DataFrame, other: pd.DataFrame) -> Gap:
    """The difference of the rows of an arm from those of the baseline on the same task, paired by seed."""
    pairs = found.merge(other, on="seed", suffixes=("", "_baseline"), validate="one_to_one")
    differences = pairs["value"] - pairs["value_baseline"]
    parts: dict[Variation, Part] = {}
    if len(pairs) > 1:
        parts["seeds"] = Part(float(differences.var()) / len(pairs), len(pairs) - 1)
    ours, theirs, questions = _stderr(found), _stderr(other), int(found["questions"].iloc[0])
    if ours is not None and theirs is not None and questions > 1:
        parts["questions"] = Part(ours**2 + theirs**2, questions - 1)
    return Gap(Mean(float(differences.mean()), tuple(parts.values())), tuple(parts))


def differences_of(gaps: Mapping[tuple[str, str], Gap], confidence: float) -> dict[tuple[str, str], TaskDifference]:
    """The difference of each task and arm, corrected for the number of those that are tested."""
    p_values = [gap.p_value for gap in gaps.values()]
    corrected = zip(gaps.items(), p_values, holm(p_values), strict=True)
    return {key: _difference(gap, p, p_adjusted, confidence) for (key, gap), p, p_adjusted in corrected}


def _difference(gap: Gap, p: float | None, p_adjusted: float | None, confidence: float) -> TaskDifference:
    level = corrected_confidence(confidence, p, p_adjusted)
    low, high = gap.mean.interval(level) if gap.over else (None, None)
    return TaskDifference(gap.mean.value, low, high, gap.over, p, p_adjusted)


def sentence(result: ArmOnTask, baseline: str, confidence: float) -> str:
    """What a benchmark shows about an arm, and no more."""
    error = "" if result.stderr is None else f", standard error {result.stderr:.4f}"
    head = f"{result.arm} on {result.task}: {result.metric} {result.value:.4f}{error}"
    head += f" ({result.questions} questions, {result.seeds} {'seed' if result.seeds == 1 else 'seeds'})"
    if result.difference is None:
        return f"{head}; the baseline"
    return f"{head}; {_finding(result.difference, baseline, 1 - confidence)}"


def _finding(difference: TaskDifference, baseline: str, level: float) -> str:
    shown = outcome(difference.mean, difference.p_adjusted, level)
    figures = f"{difference.mean:+.4f}{_interval(difference)}"
    if shown == "untested":
        return f"cannot be told from {baseline}, as {_untested(difference)}: {figures}"
    words = f"no difference from {baseline} shown" if shown == "not shown" else f"{shown} than {baseline}"
    return f"{words}: {figures}, p = {difference.p_adjusted:.2g} after Holm's correction over arms and tasks"


def _interval(difference: TaskDifference) -> str:
    if difference.low is None or difference.high is None:
        return ""
    alone = "" if len(difference.over) > 1 else " alone"
    return f" [{difference.low:+.4f}, {difference.high:+.4f}] over {' and '.join(difference.over)}{alone}"


def _untested(difference: TaskDifference) -> str:
    reasons: dict[Variation, str] = {
        "seeds": "only one seed was measured",
        "questions": "the task gives no standard error over questions",
    }
    missing = [reason for name, reason in reasons.items() if name not in difference.over]
    return " and ".join(missing) or "nothing varies over seeds or questions"


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
