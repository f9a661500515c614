"""What a run found beside the rule and the arms, in words: people, a judge, benchmarks, sizes, and what choosing costs.

Each is there only where the config asks for it. The page and the summary for the terminal say the same sentences.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from instructmining.files import read_json


@dataclass(frozen=True)
class Finding:
    """What became of one question about one selection."""

    kind: str
    """The option that names its files."""
    question: str
    pool: str
    model: str
    sentences: tuple[str, ...]
    result: Any
    """All that the file holds, for tables."""


def _of_arms(result: Any) -> list[str]:
    return [arm["sentence"] for arm in result["arms"]]


def _of_benchmarks(result: Any) -> list[str]:
    """The differences from the baseline, those of the selection first."""
    rows = [row for row in result["results"] if row["difference"] is not None]
    return [row["sentence"] for row in sorted(rows, key=lambda row: row["arm"] != "selected")]


def _of_search(result: Any) -> list[str]:
    return [result["sentence"], f"The search stopped {result['stopped']}."]


KINDS: dict[str, tuple[str, Callable[[Any], list[str]]]] = {
    "people": ("Does the rule agree with people?", lambda result: result["sentences"]),
    "judges": ("Does a judge prefer its answers?", _of_arms),
    "benchmarks": ("Do benchmarks show a difference?", _of_benchmarks),
    "sizes": ("How many examples to keep?", _of_search),
    "curves": ("Do more examples help?", lambda result: result["sentences"]),
    "costs": ("What does choosing cost, and when has it paid?", lambda result: [result["sentence"]]),
}
"""Each kind with its question, and what of a result answers it."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """An option for the files of each kind; a file lies in {model}/{pool}/."""
    for kind, (question, _) in KINDS.items():
        parser.add_argument(f"--{kind}", type=Path, nargs="*", default=[], help=question)


def read_findings(arguments: argparse.Namespace) -> list[Finding]:
    """All that there is, in the order of KINDS."""
    return [read_finding(kind, path) for kind in KINDS for path in vars(arguments)[kind]]


def read_finding(kind: str, path: Path) -> Finding:
    """What one file says."""
    question, answer = KINDS[kind]
    result = read_json(path)
    return Finding(kind, question, path.parent.name, path.parent.parent.name, tuple(answer(result)), result)
