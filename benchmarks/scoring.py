"""What scoring costs: this engine beside what peers do, on the same machine, models and examples.

Every way scores the same examples in turn, round after round, and its best round counts. On a CPU seconds are those of
the process (all threads), which other load disturbs least; on a GPU they are seconds of the clock. `of the limit` is
the rate of multiply-adds that the real tokens need (padding left out, the head where its logits are read) over the rate
of a plain matrix product in the same number format, measured in every round.

    python benchmarks/scoring.py                                  # documentation of installed packages as examples
    python benchmarks/scoring.py --data alpaca.json dolly.jsonl   # real lengths
    python benchmarks/scoring.py --device cuda --examples 20000 --data dolly.jsonl   # the paper's sizes, random weights
"""

import argparse
import json
import random
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from scoring_models import Model, models_of_the_paper, models_on_a_cpu

from instructmining.data.documentation import documentation_rows
from instructmining.data.forms import detect_form, to_messages
from instructmining.data.read_rows import read_rows
from instructmining.data.settings import Documentation
from instructmining.example import Example, make_example
from instructmining.models.load import DTYPES

ROOT = Path(__file__).parents[1]
PACKAGES = ["asyncio", "email", "json", "logging", "pandas.core"]


@dataclass(frozen=True)
class Row:
    """What one way of scoring gave."""

    model: str
    way: str
    dtype: str
    examples: int
    tokens: int
    seconds: float
    examples_per_second: float
    tokens_per_second: float
    of_the_limit: float


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", nargs="*", type=Path, default=[], help="JSON, JSON lines, CSV or Parquet files")
    parser.add_argument("--examples", type=int, default=48)
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--models", nargs="*", help="only these: likelihood, unieval, and on a GPU reward, embedding")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--output", type=Path, default=ROOT / "benchmarks" / "scoring.json")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
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
    forms = {id(rows): detect_form(rows[:100]) for rows in sets}
    form_of = {id(row): forms[id(rows)] for rows in sets for row in rows}
    examples = [make_example(to_messages(row, form_of[id(row)]), "benchmark", form_of[id(row)], {}) for row in drawn]
    random.Random(0).shuffle(examples)
    return examples[:count]


class Clock:
    """Seconds of the process on a CPU, of the clock on a GPU once it has done all it was given."""

    def __init__(self, device: str) -> None:
        self.device = device

    def now(self) -> float:
        """Seconds since some moment."""
        if self.device == "cpu":
            return time.process_time()
        torch.cuda.synchronize()
        return time.perf_counter()

    def time(self, work: Callable[[], Any]) -> float:
        """Seconds that some work takes."""
        started = self.now()
        work()
        return self.now() - started

    def product_rate(self, dtype: str) -> float:
        """Multiply-adds a second of a plain matrix product."""
        size = 1024 if self.device == "cpu" else 8192
        first, second = (torch.randn(size, size, dtype=DTYPES[dtype], device=self.device) for _ in range(2))
        times = 4 if self.device == "cpu" else 50
        return times * size**3 / self.time(lambda: [first @ second for _ in range(times)])


def measure(model: Model, rounds: int, clock: Clock) -> list[Row]:
    """The best round of each way, against the best matrix product of all rounds."""
    best: dict[str, float] = {}
    rates: dict[str, float] = {}
    for way in model.ways:  # once without a clock: memory is allocated, kernels are chosen
        way.run(model.items[:2])
    for _ in range(rounds):
        for way in model.ways:
            seconds = clock.time(lambda run=way.run: run(model.items))
            best[way.name] = min(seconds, best.get(way.name, seconds))
            rates[way.dtype] = max(clock.product_rate(way.dtype), rates.get(way.dtype, 0.0))
            print(f"{model.name}, {way.name}: {seconds:.1f} s", flush=True)
    return [row(model, way.name, way.dtype, best[way.name], rates[way.dtype]) for way in model.ways]


def row(model: Model, way: str, dtype: str, seconds: float, rate: float) -> Row:
    """A way's figures from its best time."""
    return Row(
        model=model.name,
        way=way,
        dtype=dtype,
        examples=model.examples,
        tokens=model.tokens,
        seconds=seconds,
        examples_per_second=model.examples / seconds,
        tokens_per_second=model.tokens / seconds,
        of_the_limit=model.multiply_adds / seconds / rate,
    )


def table(rows: Iterable[Row]) -> str:
    """The figures as a Markdown table; a ratio is that of this engine's last way to the way's own seconds."""
    rows = list(rows)
    engine = {found.model: found.seconds for found in rows if found.way.startswith("this engine")}
    lines = [
        "| model | way | dtype | examples/s | tokens/s | of the limit | engine is faster by |",
        "|---|---|---|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {r.model} | {r.way} | {r.dtype} | {r.examples_per_second:.2f} | {r.tokens_per_second:.0f}"
        f" | {r.of_the_limit:.2f} | {r.seconds / engine[r.model]:.2f} |"
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
