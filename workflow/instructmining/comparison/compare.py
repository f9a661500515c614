"""Compare the arms by their loss on the eval sets of role `test`, with its uncertainty.

    python -m instructmining.comparison.compare --settings '{}' --confidence 0.95 \\
        --records results/training/smollm2/mixed.*/seed*/record.json \\
        --losses-files results/training/smollm2/mixed.*/seed*/losses.parquet \\
        --output comparison.json --table losses.parquet

Each interval answers its own question. Over seeds, paired (t): would training again give the same result? Over test
examples (bootstrap): would other test examples? Over both (bootstrap): would other seeds and other examples? Intervals
are not corrected for the number of arms. The p-values of the t-test are (Holm), and verdicts follow the p-values.
"""

import argparse
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from instructmining.arrays import Floats
from instructmining.command import run_main
from instructmining.comparison.intervals import LossDifferences, holm, over_both, over_examples, over_seeds, p_value
from instructmining.comparison.result import ArmResult, ComparisonResult, Difference
from instructmining.comparison.runs import Run, by_arm, read_runs
from instructmining.comparison.settings import Comparison
from instructmining.comparison.words import with_words
from instructmining.files import write_result, write_table

ARM_LOSSES = pa.schema(
    [
        pa.field("arm", pa.string(), metadata={"description": "the arm"}),
        pa.field("seed", pa.int64(), metadata={"description": "seed of the fine-tune"}),
        pa.field("eval_set", pa.string(), metadata={"description": "what the loss is measured on"}),
        pa.field("role", pa.string(), metadata={"description": "its role; verdicts use test only"}),
        pa.field("examples", pa.int64(), metadata={"description": "examples of the eval set"}),
        pa.field("tokens", pa.int64(), metadata={"description": "response tokens of the eval set"}),
        pa.field("token_loss", pa.float64(), metadata={"description": "nats per response token"}),
        pa.field("example_loss", pa.float64(), metadata={"description": "mean over examples of nats per token"}),
        pa.field("steps", pa.int64(), metadata={"description": "optimizer steps of the fine-tune"}),
        pa.field("training_examples", pa.int64(), metadata={"description": "examples tuned on"}),
    ]
)


def compare(runs: Sequence[Run], settings: Comparison, confidence: float) -> ComparisonResult:
    """Compare all arms with the baseline; raises ValueError where runs are missing or were measured differently."""
    arms = by_arm(runs, {arm: settings.seeds_of(arm) for arm in settings.arms})
    baseline, losses = arms[settings.baseline], runs[0].record.losses
    results = [_result(arm, members, baseline, confidence) for arm, members in arms.items()]
    return with_words(
        ComparisonResult(
            model=runs[0].record.model,
            pool=runs[0].pool,
            baseline=settings.baseline,
            match=settings.match,
            confidence=confidence,
            seeds=tuple(run.seed for run in baseline),
            roles={name: loss.role for name, loss in losses.items()},
            test_examples=sum(loss.examples for loss in losses.values() if loss.role == "test"),
            arms=_corrected(results),
            sentence="",
        )
    )


def _result(arm: str, runs: list[Run], baseline: list[Run], confidence: float) -> ArmResult:
    """One arm, its verdict yet to be given."""
    records = [run.record for run in runs]
    return ArmResult(
        arm=arm,
        examples=records[0].training.examples,
        steps=round(np.mean([record.steps for record in records])),
        tokens=float(np.mean([record.tokens for record in records])),
        loss=over_seeds([record.mean_loss("test") for record in records], confidence),
        eval_sets={
            name: over_seeds([record.losses[name].token_loss for record in records], confidence)
            for name in records[0].losses
        },
        difference=None if runs is baseline else _difference(runs, baseline, confidence),
        verdict="",
    )


def _difference(runs: list[Run], baseline: list[Run], confidence: float) -> Difference:
    """The difference between runs of equal seed; seeds that one arm lacks are left out."""
    pairs = list(zip(runs, baseline, strict=False))
    differences = [run.record.mean_loss("test") - other.record.mean_loss("test") for run, other in pairs]
    paired = [_loss_differences(pairs, name) for name, loss in runs[0].record.losses.items() if loss.role == "test"]
    return Difference(
        over_seeds(differences, confidence),
        *over_examples(paired, confidence),
        *over_both(paired, confidence),
        p_value(differences),
        None,
    )


def _loss_differences(pairs: Sequence[tuple[Run, Run]], eval_set: str) -> LossDifferences:
    difference = np.array([_losses(run, eval_set) - _losses(other, eval_set) for run, other in pairs])
    return LossDifferences(difference, pairs[0][0].items_of(eval_set)["tokens"].to_numpy().astype(np.float64))


def _losses(run: Run, eval_set: str) -> Floats:
    """The loss of each example in nats; (examples,)."""
    losses: Floats = run.items_of(eval_set)["loss"].to_numpy()
    return losses


def _corrected(arms: Sequence[ArmResult]) -> tuple[ArmResult, ...]:
    """The arms with their p-values corrected for their number."""
    corrected = holm([arm.difference.p_value if arm.difference else None for arm in arms])
    return tuple(
        replace(arm, difference=replace(arm.difference, p_adjusted=p)) if arm.difference else arm
        for arm, p in zip(arms, corrected, strict=True)
    )


def to_table(runs: Sequence[Run]) -> pa.Table:
    """One row per arm, seed and eval set."""
    rows = [
        {
            "arm": run.arm,
            "seed": run.seed,
            "eval_set": name,
            **asdict(loss),
            "steps": run.record.steps,
            "training_examples": run.record.training.examples,
        }
        for run in runs
        for name, loss in run.record.losses.items()
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
    write_result(arguments.output, result)
    print("\n".join([*(arm.verdict for arm in result.arms), result.sentence]))


if __name__ == "__main__":
    run_main(main)
