"""What the aimed scorers share: they compare each example with those that the model is to become good at.

Vectors come in, made by another scorer: one table of a shard of a pool, one of each eval set of role `fit`. No other
role is read, so that the arms are compared on examples that no indicator has seen.
"""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from instructmining.arrays import Floats
from instructmining.example import Example
from instructmining.files import check_same_ids, read_table
from instructmining.indicators.neighbours import to_points
from instructmining.indicators.scoring import Meter, Scorer, Scores
from instructmining.indicators.tables import EMBEDDINGS
from instructmining.settings import Settings


def parse_aimed(description: str | None, settings: type[Settings]) -> argparse.Namespace:
    """The arguments that the aimed scorers take; their `settings` are of the class given."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--settings", required=True, type=settings.model_validate_json, help="settings of the scorer")
    parser.add_argument("--examples", required=True, type=Path, help="a shard of a pool")
    parser.add_argument("--vectors", required=True, type=Path, help="the vectors of its examples")
    parser.add_argument("--aims", required=True, nargs="+", type=Path, help="vectors of the eval sets of role fit")
    parser.add_argument("--scores", required=True, type=Path)
    parser.add_argument("--report", required=True, type=Path)
    return parser.parse_args()


def aimed_scorer(
    indicator: str, vectors: Path, aims: Sequence[Path], compare: Callable[[Floats, Floats], Floats]
) -> Scorer[Floats]:
    """An indicator that compares unit vectors (examples, dimensions) with those of the aims (aims, dimensions)."""
    table = read_table(vectors, EMBEDDINGS)
    rows = {name: row for row, name in enumerate(table["id"].to_pylist())}
    points, goal = unit_vectors(table), np.concatenate([unit_vectors(read_table(aim, EMBEDDINGS)) for aim in aims])

    def prepare(examples: list[Example]) -> Floats:
        names = [example.id for example in examples]
        check_same_ids(names, [name for name in names if name in rows], f"the vectors in {vectors}")
        return points[[rows[name] for name in names]]

    def run(chosen: Floats, meter: Meter) -> Scores:
        scores = compare(chosen, goal).tolist()
        meter.advance(len(scores))
        return Scores({indicator: scores})

    return Scorer(prepare, run)


def unit_vectors(table: pa.Table) -> Floats:
    """The vectors of a table, which have length 1 but for rounding. (examples, dimensions)"""
    points = to_points(table["embeddings"]).astype(np.float64)
    units: Floats = points / np.linalg.norm(points, axis=1, keepdims=True)
    return units
