"""Make one eval set: the examples of some sources without duplicates, or a part of them.

In: imported sources. Out: a table of examples and a report. Parts such as 1/2 and 2/2 are split by the hash of the
prompt, so examples with the same prompt are always in the same part.

    python -m instructmining.data.make_eval_set --name fit --settings '{"sources": ["a"], "role": "fit"}' --seed 0 \
        --sources a.parquet --output fit.parquet --report fit.report.json
"""

import argparse
import hashlib
import logging
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from instructmining.command import run_main
from instructmining.data.contamination import user_prompt
from instructmining.data.draw import draw, seeded
from instructmining.data.reports import dropped_in_words
from instructmining.data.settings import EvalSet
from instructmining.data.write_examples import check_counts, write_examples
from instructmining.example import Example, stream_examples
from instructmining.files import write_json
from instructmining.progress import start_log


@dataclass
class Chosen:
    """The examples of an eval set, and what was left out."""

    rows_in: int = 0
    examples: list[Example] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)


def main() -> None:
    """Make one eval set."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--name", required=True)
    parser.add_argument("--settings", required=True, type=EvalSet.model_validate_json)
    parser.add_argument("--seed", required=True, type=int)
    parser.add_argument("--sources", required=True, nargs="+", type=Path)
    parser.add_argument("--output", required=True, type=Path)
    parser.add_argument("--report", required=True, type=Path)
    arguments = parser.parse_args()
    start_log()
    make_eval_set(**vars(arguments))


def make_eval_set(name: str, settings: EvalSet, seed: int, sources: list[Path], output: Path, report: Path) -> None:
    """Read sources and write one eval set; raises DataError where no example is left."""
    batches = (batch for path in sources for batch in stream_examples(path))
    chosen = choose_examples(chain.from_iterable(batches), settings, seed, name)
    check_counts(chosen.rows_in, len(chosen.examples), chosen.dropped, f"eval set {name}")
    part = f", part {settings.part}" if settings.part else ""
    dropped = f" ({dropped_in_words(chosen.dropped, {})})" if chosen.dropped else ""
    left = f"no example is left of {chosen.rows_in} of {', '.join(settings.sources)}{part}{dropped}"
    write_examples(output, chosen.examples, f"eval_sets.{name}: {left}")
    counts = {"rows_in": chosen.rows_in, "kept": len(chosen.examples), "dropped": dict(chosen.dropped)}
    write_json(report, {"eval_set": name, "role": settings.role, "part": settings.part, **counts})
    logging.info("%s: kept %d of %d examples", name, len(chosen.examples), chosen.rows_in)


def choose_examples(examples: Iterable[Example], settings: EvalSet, seed: int, name: str) -> Chosen:
    """The distinct examples of the part, or a seeded draw of `limit` of them, in their order."""
    chosen, seen = Chosen(), set[str]()
    for example in examples:
        chosen.rows_in += 1
        if example.id in seen:
            chosen.dropped["duplicate"] += 1
        elif settings.part and not in_part(example, settings.part):
            chosen.dropped["other part"] += 1
        else:
            chosen.examples.append(example)
        seen.add(example.id)
    if settings.limit and settings.limit < len(chosen.examples):
        chosen.dropped["over limit"] = len(chosen.examples) - settings.limit
        chosen.examples = draw(chosen.examples, settings.limit, seeded(seed, name))
    return chosen


def in_part(example: Example, part: str) -> bool:
    """Whether an example belongs to part `k/n` by the hash of its prompt."""
    number, parts = (int(text) for text in part.split("/"))
    return int(hashlib.sha256(user_prompt(example).encode()).hexdigest(), 16) % parts == number - 1


if __name__ == "__main__":
    run_main(main)
