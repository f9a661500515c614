"""Compare the arms by their loss on the eval sets of role `test`, with what is uncertain about it.

    python -m instructmining.comparison.compare --settings '{}' --confidence 0.95 \\
        --records results/training/smollm2/mixed.*/seed*/record.json \\
        --losses-files results/training/smollm2/mixed.*/seed*/losses.parquet \\
        --output comparison.json --table losses.parquet

Two intervals answer two questions. Over seeds, paired (t): would training again give the same? Over test examples
(bootstrap): would other test examples give the same? Neither is adjusted for the number of arms.
"""

import argparse
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from instructmining.comparison.intervals import Floats, Paired, over_examples, over_seeds
from instructmining.comparison.result import ArmResult, ComparisonResult, Difference, verdict
from instructmining.comparison.runs import Run, by_arm, read_runs
from instructmining.comparison.settings import Comparison
from instructmining.files import write_table

ARM_LOSSES = pa.schema(
    [
        pa.field("arm", pa.string(), metadata={"description": "the arm"}),
        pa.field("seed", pa.int64(), metadata={"description": "seed of the fine-tune"}),
        pa.field("eval_set", pa.string(), metadata={"description": "what the loss is measured on"}),
        pa.field("role", pa.string(), metadata={"description": "its role; verdicts are on test alone"}),
        pa.field("examples", pa.int64(), metadata={"description": "examples of the eval set"}),
        pa.field("tokens", pa.int64(), metadata={"description": "response tokens of the eval set"}),
        pa.field("token_loss", pa.float64(), metadata={"description": "nats per response token"}),
        pa.field("example_loss", pa.float64(), metadata={"description": "mean over examples of nats per token"}),
        pa.field("steps", pa.int64(), metadata={"description": "optimizer steps of the fine-tune"}),
        pa.field("training_examples", pa.int64(), metadata={"description": "examples tuned on"}),
    ]
)


def compare(runs: Sequence[Run], settings: Comparison, confidence: float) -> ComparisonResult:
    """Compare all arms with the baseline; raises ValueError where runs are missing or were not measured alike."""
    arms = by_arm(runs, settings.arms, settings.seeds)
    results = [_result(arm, members, arms[settings.baseline], confidence) for arm, members in arms.items()]
    baseline = next(result for result in results if result.arm == settings.baseline)
    losses = runs[0].losses
    return ComparisonResult(
        model=runs[0].model,
        pool=runs[0].pool,
        baseline=settings.baseline,
        confidence=confidence,
        seeds=tuple(run.seed for run in arms[settings.baseline]),
        roles={name: loss.role for name, loss in losses.items()},
        test_examples=sum(loss.examples for loss in losses.values() if loss.role == "test"),
        arms=tuple(replace(result, verdict=verdict(result, baseline)) for result in results),
    )


def _result(arm: str, runs: list[Run], baseline: list[Run], confidence: float) -> ArmResult:
    """One arm, its verdict yet to be given."""
    return ArmResult(
        arm=arm,
        examples=runs[0].examples,
        steps=runs[0].steps,
        tokens=float(np.mean([run.tokens for run in runs])),
        loss=over_seeds([run.test_loss() for run in runs], confidence),
        eval_sets={
            name: over_seeds([run.losses[name].token_loss for run in runs], confidence) for name in runs[0].losses
        },
        difference=None if runs is baseline else _difference(runs, baseline, confidence),
        verdict="",
    )


def _difference(runs: list[Run], baseline: list[Run], confidence: float) -> Difference:
    differences = [run.test_loss() - other.test_loss() for run, other in zip(runs, baseline, strict=True)]
    tests = [name for name, loss in runs[0].losses.items() if loss.role == "test"]
    low, high = over_examples([_paired(runs, baseline, name) for name in tests], confidence)
    return Difference(over_seeds(differences, confidence), low, high)


def _paired(runs: list[Run], baseline: list[Run], eval_set: str) -> Paired:
    difference = _mean_losses(runs, eval_set) - _mean_losses(baseline, eval_set)
    return Paired(difference, runs[0].items_of(eval_set)["tokens"].to_numpy().astype(np.float64))


def _mean_losses(runs: list[Run], eval_set: str) -> Floats:
    """The loss of each example in nats, mean over seeds; (examples,)."""
    mean: Floats = np.mean([run.items_of(eval_set)["loss"].to_numpy() for run in runs], axis=0)
    return mean


def to_table(runs: Sequence[Run]) -> pa.Table:
    """One row per arm, seed and eval set."""
    rows = [
        {
            "arm": run.arm,
            "seed": run.seed,
            "eval_set": name,
            **asdict(loss),
            "steps": run.steps,
            "training_examples": run.examples,
        }
        for run in runs
        for name, loss in run.losses.items()
    ]
    return pa.Table.from_pylist(rows, schema=ARM_LOSSES)


def main() -> None:
    """Read the runs, write the comparison."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, fromfile_prefix_chars="@"
    )
    parser.add_argument("--settings", type=Comparison.model_validate_json, required=True)
    parser.add_argument("--confidence", type=float, required=True)
    parser.add_argument("--records", type=Path, nargs="+", required=True)
    parser.add_argument("--losses-files", type=Path, nargs="+", required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--table", type=Path, required=True)
    arguments = parser.parse_args()
    runs = read_runs(arguments.records, arguments.losses_files)
    result = compare(runs, arguments.settings, arguments.confidence)
    write_table(arguments.table, to_table(runs), ARM_LOSSES)
    result.to_json(arguments.output)
    print("\n".join(arm.verdict for arm in result.arms))


if __name__ == "__main__":
    main()
