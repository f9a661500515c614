"""Loss over the number of examples, for the selection and the baseline, and whether the curve descends twice.

The paper's curve falls, rises and falls again. With a constant number of epochs, larger sets also train for more steps,
which alone could give this shape; so there is also a curve at constant steps.

    python -m instructmining.comparison.sizes --confidence 0.95 --seeds 3 \\
        --records results/training/smollm2/mixed.*@*/seed*/record.json --output sizes.json
"""

import argparse
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import numpy as np

from instructmining.command import run_main
from instructmining.comparison.curves import Curves, Point
from instructmining.comparison.intervals import over_seeds, p_value
from instructmining.files import read_result, write_result
from instructmining.holm import holm
from instructmining.training.record import Record
from instructmining.training.run import Kept


def point_of(records: Sequence[Record], confidence: float) -> Point:
    """The point of the records of one arm and size, in order of seed; their run is named mixed.random@64-epochs."""
    first, run = records[0], records[0].run_name
    if not run.kept:
        raise ValueError(f"found the run {run}; expected one of a curve, such as mixed.random@64-epochs")
    loss = over_seeds([record.mean_loss("test") for record in records], confidence)
    return Point(run.arm, run.kept, first.training.examples, first.steps, loss)


def curves_of(points: Sequence[Point]) -> list[list[Point]]:
    """The points of each curve in order of size; the curves of `selected` come first."""
    curves: dict[tuple[str, Kept], list[Point]] = {}
    for point in sorted(points, key=lambda point: point.examples):
        curves.setdefault((point.arm, point.kept), []).append(point)
    return [curves[key] for key in sorted(curves, key=lambda key: (key[0] == "selected", key), reverse=True)]


def second_descent(points: Sequence[Point], level: float) -> tuple[int, int, int] | None:
    """Three sizes with a rise and a fall after it, each beyond noise; None where there are none.

    All pairs of sizes are compared over seeds (paired t-test, Holm's correction for their number), at a level such as
    0.05. Of several such triples, the one with the greatest rise is returned.
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


def sentence(curve: Sequence[Point], confidence: float) -> str:
    """Whether one curve descends twice, in words."""
    first, last = curve[0], curve[-1]
    sizes = f"{first.examples} to {last.examples} examples, {len(curve)} sizes, {len(first.loss.values)} seeds"
    opening = f"{first.arm} at constant {first.kept} ({sizes}):"
    if triple := second_descent(curve, 1 - confidence):
        rise, top, fall = triple
        return f"{opening} a second descent is seen: the loss rises from {rise} to {top} and falls to {fall} examples."
    lowest = min(curve, key=lambda point: point.loss.mean)
    none = (
        "no second descent is seen beyond the noise of seeds" if len(curve) > 2 else "two sizes show no second descent"
    )
    return f"{opening} {none}; the lowest mean loss, {lowest.loss.mean:.3f}, is at {lowest.examples} examples."


def curves_over_size(records: Sequence[Record], seeds: int, confidence: float) -> Curves:
    """All points and a sentence for each curve; raises ValueError where a run is missing."""
    runs: dict[str, list[Record]] = {}
    for record in sorted(records, key=lambda record: record.seed):
        runs.setdefault(record.run, []).append(record)
    for run, members in runs.items():
        if (found := [record.seed for record in members]) != list(range(seeds)):
            raise ValueError(f"{run}: found the seeds {found}, expected {seeds} from 0 on; run the missing fine-tunes")
    curves = curves_of([point_of(members, confidence) for members in runs.values()])
    return Curves(
        model=records[0].model,
        pool=records[0].run_name.pool,
        confidence=confidence,
        points=tuple(point for curve in curves for point in curve),
        sentences=tuple(sentence(curve, confidence) for curve in curves),
    )


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
    records = [read_result(Record, path) for path in arguments.records]
    found = curves_over_size(records, arguments.seeds, arguments.confidence)
    write_result(arguments.output, found)
    print("\n".join(found.sentences))


if __name__ == "__main__":
    run_main(main)
