"""What all scorers share: a shard goes in, one row of scores per example comes out, and nothing is lost or made up.

A scorer is a function from a list of examples to `Scores`; its command is `run(name, scorer)`.
"""

import argparse
import json
import logging
import math
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa

from instructmining.example import Example, read_examples
from instructmining.files import check_same_ids, write_json, write_table
from instructmining.progress import start_log
from instructmining.settings import Settings

SettingsType = TypeVar("SettingsType", bound=Settings)


@dataclass(frozen=True)
class Scores:
    """Scores of a list of examples, in its order."""

    indicators: dict[str, list[float]]  # one finite number per example
    truncated: list[bool] = field(default_factory=list)  # whose text was longer than the model may see
    embeddings: pa.Array | None = None  # (examples, dimensions)


Scorer = Callable[[list[Example]], Scores]


def parse_arguments(description: str | None, settings: type[SettingsType]) -> Any:
    """The arguments that every scorer's command takes; `settings` holds a value of the class given."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--settings", required=True, type=settings.model_validate_json, help="settings of the scorer")
    parser.add_argument(
        "--base-model", type=json.loads, default={}, help="settings of the base model, where it has one"
    )
    parser.add_argument("--model", required=True, type=Path, help="model.json of the prepared model")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--examples", required=True, type=Path, help="a shard of a pool")
    parser.add_argument("--scores", required=True, type=Path)
    parser.add_argument("--report", required=True, type=Path)
    return parser.parse_args()


def score_shard(shard: Path, scorer: Scorer, output: Path, report: Path) -> None:
    """Score every example of a shard; raises ValueError where a score is not finite or an example is missing."""
    start_log()
    examples = read_examples(shard)
    started = time.monotonic()
    scores = scorer(examples)
    seconds = time.monotonic() - started
    table = to_table(examples, scores)
    check_same_ids([example.id for example in examples], table["id"].to_pylist(), str(output))
    write_json(report, describe(examples, scores, seconds))
    write_table(output, table, table.schema)
    logging.info("%d examples scored in %.0f s: %s", len(examples), seconds, ", ".join(scores.indicators))


def to_table(examples: list[Example], scores: Scores) -> pa.Table:
    """One row per example: its ID, its scores, and its embeddings if the scorer makes any."""
    for name, values in scores.indicators.items():
        check_finite(name, values, examples)
    columns: dict[str, Any] = {"id": pa.array([example.id for example in examples], pa.string())}
    columns |= {name: pa.array(values, pa.float64()) for name, values in scores.indicators.items()}
    if scores.embeddings is not None:
        columns["embeddings"] = scores.embeddings
    return pa.table(columns)


def check_finite(name: str, values: list[float], examples: list[Example]) -> None:
    """Raise ValueError unless there is one finite number per example: NaN is never a score."""
    if len(values) != len(examples):
        raise ValueError(f"{name}: {len(values)} scores for {len(examples)} examples")
    bad = [example.id for example, value in zip(examples, values, strict=True) if not math.isfinite(value)]
    if bad:
        raise ValueError(f"{name}: {len(bad)} scores are not finite, e.g. of the examples {bad[:3]}")


def describe(examples: list[Example], scores: Scores, seconds: float) -> dict[str, Any]:
    """How many were scored and truncated, by source, and how fast."""
    truncated = scores.truncated or [False] * len(examples)
    cut = Counter(example.source for example, flag in zip(examples, truncated, strict=True) if flag)
    return {
        "indicators": list(scores.indicators),
        "examples": dict(Counter(example.source for example in examples)),
        "truncated": dict(cut),
        "timing": {"seconds": seconds},
    }
