"""What the search for near duplicates finds and what it takes: planted copies in a pool of real examples.

Copies have a share of their words exchanged for words of the pool. A pair is a near duplicate if the Jaccard index of
its five-word shingles is at least the threshold, which is computed here by sets of text, apart from the search. The
pool is cleaned of near duplicates first, so that what is flagged beside the copies is flagged wrongly.

    python benchmarks/near_duplicates.py --sources alpaca.json dolly.jsonl gsm8k.parquet
    python benchmarks/near_duplicates.py --sources dolly.jsonl --examples 4000 --threshold 0.9
"""

import argparse
import random
import re
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from instructmining.data.import_source import import_source
from instructmining.data.near_duplicates import find_near_duplicates
from instructmining.data.settings import Source
from instructmining.example import EXAMPLES, Example, Message, make_example, read_examples, to_table
from instructmining.files import write_table

CHANGED = (0.0, 0.01, 0.03, 0.05, 0.1)


@dataclass(frozen=True)
class Copy:
    """A planted copy, what it is of, the share of words that were changed, and how similar the two are."""

    example: Example
    original: Example
    changed: float
    similarity: float


def main() -> None:
    """Read the sources, plant the copies, search, print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sources", type=Path, nargs="+", required=True, help="files of examples")
    parser.add_argument("--examples", type=int, default=20_000, help="of the pool, with the copies")
    parser.add_argument("--copies", type=int, default=1000, help="of these")
    parser.add_argument("--threshold", type=float, default=0.8)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        examples = read(arguments.sources, Path(folder))
        clean = without(examples, search(examples, arguments.threshold, Path(folder))[0])
        clean = random.Random(0).sample(clean, min(len(clean), arguments.examples - arguments.copies))
        copies = plant(clean, arguments.copies)
        pool = [*clean, *(copy.example for copy in copies)]
        found, seconds = search(pool, arguments.threshold, Path(folder))
    made = f"{len(pool):,} examples, {len(copies):,} of them copies"
    print(f"{made}; threshold {arguments.threshold}; {seconds:.1f} CPU s\n")
    print_table(copies, found, arguments.threshold)


def read(files: Sequence[Path], folder: Path) -> list[Example]:
    """The examples of files, each once."""
    found: dict[str, Example] = {}
    for number, file in enumerate(files):
        paths = [folder / f"{number}.{kind}" for kind in ("parquet", "json", "jsonl")]
        import_source(f"source{number}", Source(path=str(file), on_bad_row="quarantine"), 0, *paths)
        found |= {example.id: example for example in read_examples(paths[0])}
    return list(found.values())


def search(examples: Iterable[Example], threshold: float, folder: Path) -> tuple[set[str], float]:
    """The IDs of near duplicates, and the CPU seconds that finding them took."""
    write_table(folder / "pool.parquet", to_table(examples), EXAMPLES)
    start = time.process_time()
    found = find_near_duplicates([folder / "pool.parquet"], threshold)
    return {f"{identifier:016x}" for identifier in found}, time.process_time() - start


def without(examples: Iterable[Example], dropped: set[str]) -> list[Example]:
    """The examples that are not dropped."""
    return [example for example in examples if example.id not in dropped]


def plant(examples: Sequence[Example], count: int) -> list[Copy]:
    """Copies of examples of 50 words and more, with some words of every turn exchanged; equal ones are left out."""
    draw = random.Random(1)
    long = [example for example in examples if len(words(example)) >= 50]
    vocabulary = sorted({word for example in long[:2000] for word in words(example)})
    copies = []
    for number, original in enumerate(draw.sample(long, count)):
        changed = CHANGED[number % len(CHANGED)]
        turns = [
            Message(role=turn["role"], content=exchange(turn["content"], changed, vocabulary, draw))
            for turn in original.messages
        ]
        copy = make_example(turns, original.source, original.form, {"copy": number})
        copies.append(Copy(copy, original, changed, jaccard(copy, original)))
    return [copy for copy in copies if copy.example.id != copy.original.id]


def exchange(text: str, share: float, vocabulary: Sequence[str], draw: random.Random) -> str:
    """A text with a share of its words exchanged at random; without a share, with other blanks and capital letters."""
    if not share:
        return f" {text.upper()}"
    return re.sub(r"\w+", lambda word: draw.choice(vocabulary) if draw.random() < share else word[0], text)


def words(example: Example) -> list[str]:
    """The words of a conversation."""
    return re.findall(r"\w+", "\n".join(turn["content"] for turn in example.messages).lower())


def jaccard(first: Example, second: Example) -> float:
    """The Jaccard index of the five-word shingles of two conversations."""
    one, other = (
        {tuple(found[start : start + 5]) for start in range(len(found) - 4)} for found in (words(first), words(second))
    )
    return len(one & other) / len(one | other)


def print_table(copies: Sequence[Copy], found: set[str], threshold: float) -> None:
    """By the share of words that were changed: the copies, the near duplicates among them, and what was found."""
    print("| words changed | copies | at the threshold | of these found | others flagged |\n|---|---:|---:|---:|---:|")
    for changed in CHANGED:
        members = [copy for copy in copies if copy.changed == changed]
        print(f"| {changed:.0%} | {len(members)} | {row(members, found, threshold)} |")
    near = {copy.example.id for copy in copies if copy.similarity >= threshold}
    print(f"\nrecall {len(near & found) / len(near):.4f}, precision {len(near & found) / len(found):.4f}", end="; ")
    print(f"{len(found - {copy.example.id for copy in copies})} of the examples that are no copies flagged")


def row(copies: Sequence[Copy], found: set[str], threshold: float) -> str:
    """How many copies are near duplicates, how many of these were found, and how many others were flagged."""
    near = {copy.example.id for copy in copies if copy.similarity >= threshold}
    others = {copy.example.id for copy in copies} - near
    return f"{len(near)} | {len(near & found)} | {len(others & found)}"


if __name__ == "__main__":
    main()
