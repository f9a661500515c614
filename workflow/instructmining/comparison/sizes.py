"""Loss over the number of examples, for the selection and the baseline, and whether the curve descends twice.

The paper's curve falls, rises and falls again. A constant number of epochs gives larger sets more steps, which may be
what it shows; so there is a curve at constant steps beside it.

    python -m instructmining.comparison.sizes --confidence 0.95 --seeds 3 \\
        --records results/training/smollm2/mixed.*@*/seed*/record.json --output sizes.json
"""

import argparse
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from instructmining.comparison.intervals import holm, over_seeds, p_value
from instructmining.comparison.result import Estimate
from instructmining.files import read_json, write_json
from instructmining.training.run import RunName


@dataclass(frozen=True)
class Point:
    """An arm at one size."""

    arm: str
    kept: str
    """What is constant along its curve."""
    examples: int
    steps: int
    loss: Estimate
    """Nats per token, mean over the eval sets of role `test`."""


def point_of(records: Sequence[dict[str, Any]], confidence: float) -> Point:
    """The point of the records of one arm and size, in order of seed; their run is named mixed.random@64-epochs."""
    run = RunName.read(records[0]["run"])
    if not run.kept:
        raise ValueError(f"run {run} is none of a curve; expected a name such as mixed.random@64-epochs")
    losses = [_test_loss(record) for record in records]
    return Point(
        run.arm,
        run.kept,
        records[0]["training"]["examples"],
        records[0]["steps"],
        over_seeds(losses, confidence),
    )


def _test_loss(record: dict[str, Any]) -> float:
    return float(np.mean([loss["token_loss"] for loss in record["losses"].values() if loss["role"] == "test"]))


def curve(points: Sequence[Point], arm: str, kept: str) -> list[Point]:
    """The points of one curve, in order of size."""
    return sorted((p for p in points if (p.arm, p.kept) == (arm, kept)), key=lambda point: point.examples)


def second_descent(points: Sequence[Point], level: float) -> tuple[int, int, int] | None:
    """Three sizes with a rise and a fall after it, each beyond noise; None where there are none.

    All pairs of sizes are compared over seeds (paired t-test, Holm's correction for their number), at a level such as
    0.05. Of several rises and falls the one with the greatest rise is given.
    """
    pairs = list(combinations(range(len(points)), 2))
    changes = {(a, b): np.subtract(points[b].loss.values, points[a].loss.values) for a, b in pairs}
    corrected = holm([p_value(changes[pair].tolist()) for pair in pairs])
    shown = {pair for pair, p in zip(pairs, corrected, strict=True) if p is not None and p < level}
    found = [
        (a, b, c)
        for a, b in shown
        for other, c in shown
        if other == b and changes[a, b].mean() > 0 > changes[b, c].mean()
    ]
    if not found:
        return None
    a, b, c = max(found, key=lambda triple: (changes[triple[:2]].mean(), triple))
    return points[a].examples, points[b].examples, points[c].examples


def sentence(points: Sequence[Point], arm: str, kept: str, confidence: float) -> str:
    """Whether one curve descends twice, in words."""
    line = curve(points, arm, kept)
    sizes = f"{line[0].examples} to {line[-1].examples} examples, {len(line)} sizes, {len(line[0].loss.values)} seeds"
    opening = f"{arm} at constant {kept} ({sizes}):"
    if triple := second_descent(line, 1 - confidence):
        rise, top, fall = triple
        return f"{opening} a second descent is seen: the loss rises from {rise} to {top} and falls to {fall} examples."
    lowest = min(line, key=lambda point: point.loss.mean)
    return (
        f"{opening} no second descent is seen beyond the noise of seeds; the lowest mean loss,"
        f" {lowest.loss.mean:.3f}, is at {lowest.examples} examples."
    )


def curves_over_size(records: Sequence[dict[str, Any]], seeds: int, confidence: float) -> dict[str, Any]:
    """All points and a sentence for each curve; raises ValueError where a run is missing."""
    runs: dict[str, list[dict[str, Any]]] = {}
    for record in sorted(records, key=lambda record: record["seed"]):
        runs.setdefault(record["run"], []).append(record)
    for run, members in runs.items():
        if [record["seed"] for record in members] != list(range(seeds)):
            raise ValueError(f"{run}: found the seeds {[r['seed'] for r in members]}, expected {seeds} from 0 on")
    points = [point_of(members, confidence) for members in runs.values()]
    curves = sorted({(point.arm, point.kept) for point in points}, reverse=True)
    return {
        "model": records[0]["model"],
        "pool": RunName.read(records[0]["run"]).pool,
        "confidence": confidence,
        "points": [asdict(point) for arm, kept in curves for point in curve(points, arm, kept)],
        "sentences": [sentence(points, arm, kept, confidence) for arm, kept in curves],
    }


def main() -> None:
    """Read the records, write the curves."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, fromfile_prefix_chars="@"
    )
    parser.add_argument("--confidence", type=float, required=True)
    parser.add_argument("--seeds", type=int, required=True)
    parser.add_argument("--records", type=Path, nargs="+", required=True)
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    found = curves_over_size([read_json(path) for path in arguments.records], arguments.seeds, arguments.confidence)
    write_json(arguments.output, found)
    print("\n".join(found["sentences"]))


if __name__ == "__main__":
    main()
