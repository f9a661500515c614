"""What scoring costs: this engine beside what peers do, on the same machine, models and examples.

Every way scores the same examples in turn, round after round, and each is followed by a measurement of the machine's
own matrix product in the same number format. Medians over the rounds count, and ratios are taken inside a round, so
that what else runs on the machine disturbs all alike. On a CPU seconds are those of the process (all threads), which
other load disturbs least, with those of the clock beside them; on a GPU they are those of the clock. Freed memory is
kept for all ways alike, though peers do not do so.

The limit is the time that the multiply-adds of the real tokens would take (padding and attention scores left out, the
head where its logits are read) at the rate of a plain matrix product: a square one, or those of the model's own shapes.

    python benchmarks/scoring.py                                  # documentation of installed packages as examples
    python benchmarks/scoring.py --data dolly.jsonl               # real lengths
    python benchmarks/scoring.py --device cuda --examples 20000 --data dolly.jsonl   # the paper's sizes, random weights
"""

import argparse
import json
import random
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from scoring_models import Model, Products, Way, models_of_the_paper, models_on_a_cpu

from instructmining.data.documentation import documentation_rows
from instructmining.data.forms.read import to_messages
from instructmining.data.reading.read_rows import read_rows
from instructmining.data.settings import Documentation
from instructmining.example import Example, make_example
from instructmining.indicators.memory import keep_freed_memory
from instructmining.models.load import DTYPES

ROOT = Path(__file__).parents[1]
PACKAGES = ["asyncio", "email", "json", "logging", "pandas.core"]


@dataclass(frozen=True)
class Spent:
    """Seconds that some work took: of the process on a CPU, of the clock on a GPU; and of the clock."""

    seconds: float
    wall: float


@dataclass(frozen=True)
class Row:
    """What one way of scoring gave: medians over the rounds."""

    model: str
    way: str
    dtype: str
    examples: int
    tokens: int
    seconds: float
    wall: float
    examples_per_second: float
    tokens_per_second: float
    of_square: float  # of the limit that a square matrix product sets
    of_shapes: float  # of the limit that products of the model's own shapes set
    engine_is_faster_by: float


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", nargs="*", type=Path, default=[], help="JSON, JSON lines, CSV or Parquet files")
    parser.add_argument("--examples", type=int, default=64)
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--models", nargs="*", help="only these: likelihood, unieval, and on a GPU reward, embedding")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--output", type=Path, default=ROOT / "benchmarks" / "scoring.json")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    keep_freed_memory()
    examples = read_examples(arguments.data, arguments.examples)
    models = models_on_a_cpu(examples) if arguments.device == "cpu" else models_of_the_paper(examples)
    rows: list[Row] = []
    for name, make in models.items():
        if not arguments.models or name in arguments.models:
            rows += measure(make(), arguments.rounds, Clock(arguments.device))
    print(table(rows), seconds_of_all(rows, len(examples)), sep="\n\n")
    arguments.output.write_text(json.dumps([asdict(row) for row in rows], indent=2) + "\n", encoding="utf-8")


def read_examples(files: list[Path], count: int) -> list[Example]:
    """A seeded draw of examples, equally many of each file; documentation where no file is given."""
    sets: list[list[object]] = [[row.value for row in read_rows(path)] for path in files]
    if not sets:
        sets = [list(documentation_rows(Documentation(packages=PACKAGES)))]
    drawn = [row for rows in sets for row in random.Random(0).sample(rows, min(len(rows), -(-count // len(sets))))]
    examples = [make_example(to_messages(row), "benchmark", "messages", {}) for row in drawn]
    random.Random(0).shuffle(examples)
    return examples[:count]


class Clock:
    """Seconds of the process on a CPU, of the clock on a GPU once it has done all it was given."""

    def __init__(self, device: str) -> None:
        self.device = device

    def now(self) -> Spent:
        """Seconds since some moment."""
        if self.device == "cuda":
            torch.cuda.synchronize()
        wall = time.perf_counter()
        return Spent(time.process_time() if self.device == "cpu" else wall, wall)

    def time(self, work: Callable[[], Any]) -> Spent:
        """What some work takes."""
        started = self.now()
        work()
        ended = self.now()
        return Spent(ended.seconds - started.seconds, ended.wall - started.wall)

    def square_rate(self, dtype: str) -> float:
        """Multiply-adds a second of a square matrix product."""
        size = 1024 if self.device == "cpu" else 8192
        return size * size / self.seconds_per_row(dtype, size, size, size)

    def shapes_rate(self, dtype: str, products: Products) -> float:
        """Multiply-adds a second of products of these shapes, as many of each as the model needs."""
        rows = 512 if self.device == "cpu" else 8192
        seconds = sum(
            count * self.seconds_per_row(dtype, rows, read, written) for (read, written), count in products.items()
        )
        return sum(count * read * written for (read, written), count in products.items()) / seconds

    def seconds_per_row(self, dtype: str, rows: int, read: int, written: int) -> float:
        """Seconds that a row takes in a product of so many, with a matrix of so many values read and written."""
        first = torch.randn(rows, read, dtype=DTYPES[dtype], device=self.device)
        second = torch.randn(written, read, dtype=DTYPES[dtype], device=self.device)
        times = max(1, (2**32 if self.device == "cpu" else 2**45) // (rows * read * written))
        spent = self.time(lambda: [torch.nn.functional.linear(first, second) for _ in range(times)])
        return spent.seconds / times / rows


def measure(model: Model, rounds: int, clock: Clock) -> list[Row]:
    """Every way in turn, round after round, each followed by the matrix products in its number format."""
    spent: dict[str, list[Spent]] = defaultdict(list)
    square: dict[str, list[float]] = defaultdict(list)
    shapes: dict[str, list[float]] = defaultdict(list)
    for way in model.ways:  # once without a clock: memory is allocated, kernels are chosen
        way.run(model.items[:2])
    for _ in range(rounds):
        for way in model.ways:
            spent[way.name].append(clock.time(lambda run=way.run: run(model.items)))
            square[way.dtype].append(clock.square_rate(way.dtype))
            shapes[way.dtype].append(clock.shapes_rate(way.dtype, model.products))
            print(f"{model.name}, {way.name}: {spent[way.name][-1].seconds:.1f} s", flush=True)
    for dtype in square:
        rates = [f"{statistics.median(found[dtype]) / 1e9:.0f}" for found in (square, shapes)]
        print(f"{dtype}: {rates[0]} thousand million multiply-adds/s of a square product, {rates[1]} of these shapes")
    rates_of = {dtype: (statistics.median(square[dtype]), statistics.median(shapes[dtype])) for dtype in square}
    return [row(model, way, spent[way.name], spent[model.ways[-1].name], *rates_of[way.dtype]) for way in model.ways]


def row(model: Model, way: Way, spent: list[Spent], engine: list[Spent], square: float, shapes: float) -> Row:
    """A way's figures from what it took in each round, and this engine in the same round."""
    seconds = statistics.median(found.seconds for found in spent)
    return Row(
        model=model.name,
        way=way.name,
        dtype=way.dtype,
        examples=model.examples,
        tokens=model.tokens,
        seconds=seconds,
        wall=statistics.median(found.wall for found in spent),
        examples_per_second=model.examples / seconds,
        tokens_per_second=model.tokens / seconds,
        of_square=model.multiply_adds / seconds / square,
        of_shapes=model.multiply_adds / seconds / shapes,
        engine_is_faster_by=statistics.median(
            theirs.seconds / ours.seconds for theirs, ours in zip(spent, engine, strict=True)
        ),
    )


def table(rows: Iterable[Row]) -> str:
    """The figures as a Markdown table."""
    lines = [
        "| model | way | dtype | s | s of the clock | examples/s | tokens/s | of a square product | of its own shapes"
        " | engine is faster by |",
        "|---|---|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {r.model} | {r.way} | {r.dtype} | {r.seconds:.1f} | {r.wall:.1f} | {r.examples_per_second:.2f}"
        f" | {r.tokens_per_second:.0f} | {r.of_square:.2f} | {r.of_shapes:.2f} | {r.engine_is_faster_by:.2f} |"
        for r in rows
    ]
    return "\n".join(lines)


def seconds_of_all(rows: list[Row], examples: int) -> str:
    """What all models together give, each with this engine."""
    each = {found.model: found.seconds / found.examples for found in rows if found.way.startswith("this engine")}
    together = ", ".join(each)
    return f"{together} together, with this engine on one device: {1 / sum(each.values()):.1f} examples/s of {examples}"


if __name__ == "__main__":
    main()
