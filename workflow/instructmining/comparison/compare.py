"""Compare the arms by their loss on the eval sets of role `test`, with its uncertainty.

    python -m instructmining.comparison.compare --settings '{}' --confidence 0.95 \\
        --records results/training/smollm2/mixed.*/seed*/record.json \\
        --losses-files results/training/smollm2/mixed.*/seed*/losses.parquet \\
        --output comparison.json --table losses.parquet

The interval of a difference is over seeds and test examples: would training again, and other test examples, give the
same result? It and its p-value are corrected for the number of arms (Holm), and verdicts follow them.
"""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pyarrow as pa

from instructmining.arrays import Floats
from instructmining.command import run_main
from instructmining.comparison.intervals import (
    LossDifferences,
    Mean,
    corrected_confidence,
    over_seeds,
    over_seeds_and_examples,
    vary,
)
from instructmining.comparison.result import ArmResult, ComparisonResult, Difference
from instructmining.comparison.runs import Run, by_arm, read_runs
from instructmining.comparison.settings import Comparison
from instructmining.comparison.words import with_words
from instructmining.files import write_result, write_table
from instructmining.holm import holm

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
    differences = compare_with_baseline(
        {arm: loss_differences(members, baseline) for arm, members in arms.items() if members is not baseline},
        confidence,
    )
    results = [_result(arm, members, differences.get(arm), confidence) for arm, members in arms.items()]
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
            arms=tuple(results),
            sentence="",
        )
    )


def _result(arm: str, runs: list[Run], difference: Difference | None, confidence: float) -> ArmResult:
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
        difference=difference,
        verdict="",
    )


def compare_with_baseline(arms: Mapping[str, Sequence[LossDifferences]], confidence: float) -> dict[str, Difference]:
    """The difference of each arm from the baseline, given those on each eval set, corrected for the number of arms."""
    means = {arm: over_seeds_and_examples(eval_sets) for arm, eval_sets in arms.items()}
    by_seed = {arm: np.mean([each.by_seed for each in eval_sets], axis=0) for arm, eval_sets in arms.items()}
    p_values = [means[arm].p_value if vary(by_seed[arm].tolist()) else None for arm in arms]
    return {
        arm: _difference(means[arm], by_seed[arm], p, p_adjusted, confidence)
        for arm, p, p_adjusted in zip(arms, p_values, holm(p_values), strict=True)
    }


def _difference(
    mean: Mean, by_seed: Floats, p: float | None, p_adjusted: float | None, confidence: float
) -> Difference:
    level = corrected_confidence(confidence, p, p_adjusted)
    low, high = (None, None) if p is None else mean.interval(level)
    of_seeds, *of_examples = (part.variance for part in mean.parts)
    errors = float(np.sqrt(of_seeds)), float(np.sqrt(sum(of_examples)))
    return Difference(mean.value, low, high, tuple(by_seed.tolist()), *errors, p, p_adjusted)


def loss_differences(runs: Sequence[Run], baseline: Sequence[Run]) -> list[LossDifferences]:
    """The differences between runs of equal seed on each test set; seeds that one arm lacks are left out."""
    pairs = list(zip(runs, baseline, strict=False))
    return [_loss_differences(pairs, name) for name, loss in runs[0].record.losses.items() if loss.role == "test"]


def _loss_differences(pairs: Sequence[tuple[Run, Run]], eval_set: str) -> LossDifferences:
    difference = np.array([_losses(run, eval_set) - _losses(other, eval_set) for run, other in pairs])
    return LossDifferences(difference, pairs[0][0].items_of(eval_set)["tokens"].to_numpy().astype(np.float64))


def _losses(run: Run, eval_set: str) -> Floats:
    """The loss of each example in nats; (examples,)."""
    losses: Floats = run.items_of(eval_set)["loss"].to_numpy()
    return losses


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
