"""What a run found besides the rule and the arms.

A decision, a validation, people, a judge, benchmarks, sizes, and what choosing costs.

Each is there only if the config asks for it. The page and the summary for the terminal have the same sentences.
"""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from instructmining.comparison.benchmarks.result import BenchmarksResult
from instructmining.comparison.cost import CostResult
from instructmining.comparison.curves import Curves
from instructmining.comparison.judge.result import JudgeResult
from instructmining.files import read_result
from instructmining.quality_rule.people.result import PeopleComparison
from instructmining.selection.decision import Decision
from instructmining.selection.found_size import FoundSize
from instructmining.validation.result import ValidationResult


@dataclass(frozen=True)
class Question:
    """A question that some runs answer."""

    text: str
    """The question."""
    result: type[Any]
    """The type of a file that answers it."""
    sentences: Callable[[Any], Sequence[str]]
    """The answer, from such a result."""
    below: int = 0
    """Folders between that of the pool and the file: 1 where there are several rounds."""


@dataclass(frozen=True)
class Finding:
    """The answer to one question about one selection."""

    kind: str
    """The option that names its files."""
    question: str
    """The question."""
    pool: str
    """The pool selected from."""
    model: str
    """The base model."""
    sentences: tuple[str, ...]
    """The answer."""
    result: Any
    """The whole result, for tables."""


def _of_benchmarks(result: BenchmarksResult) -> list[str]:
    """The differences from the baseline; the selection comes first."""
    rows = [row for row in result.results if row.difference is not None]
    return [row.sentence for row in sorted(rows, key=lambda row: row.arm != "selected")]


def _of_search(found: FoundSize) -> list[str]:
    return [found.sentence, f"The search stopped {found.stopped}."]


QUESTIONS = {
    "decisions": Question("What does the selection follow?", Decision, lambda decision: decision.sentences),
    "validations": Question(
        "Does the rule hold where it is used?", ValidationResult, lambda result: result.sentences, below=1
    ),
    "predictions": Question("Does the rule predict the arms?", ValidationResult, lambda result: result.sentences),
    "people": Question("Does the rule agree with people?", PeopleComparison, lambda result: result.sentences),
    "judges": Question(
        "Does a judge prefer its answers?", JudgeResult, lambda result: [arm.sentence for arm in result.arms]
    ),
    "benchmarks": Question("Do benchmarks show a difference?", BenchmarksResult, _of_benchmarks),
    "sizes": Question("How many examples to keep?", FoundSize, _of_search),
    "curves": Question("Do more examples help?", Curves, lambda result: result.sentences),
    "costs": Question(
        "What does choosing cost, and when does it pay off?", CostResult, lambda result: [result.sentence]
    ),
}
"""Each question, by the option that names its files."""
BEFORE_ARMS = ("decisions", "validations")
"""The kinds that are about the rule and the selection, and are told before the arms."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """An option for the files of each kind; a file is in {model}/{pool}/, or in {model}/{pool}/{number}/."""
    for kind, question in QUESTIONS.items():
        parser.add_argument(f"--{kind}", type=Path, nargs="*", default=[], help=question.text)


def read_findings(arguments: argparse.Namespace) -> list[Finding]:
    """All that there is, in the order of QUESTIONS."""
    return [read_finding(kind, path) for kind in QUESTIONS for path in vars(arguments)[kind]]


def read_finding(kind: str, path: Path) -> Finding:
    """What one file says."""
    question = QUESTIONS[kind]
    result = read_result(question.result, path)
    folder = path.parents[question.below]
    pool, model = folder.name, folder.parent.name
    later = f" Round {path.parent.name}" if question.below and path.parent.name != "1" else ""
    return Finding(kind, question.text + later, pool, model, tuple(question.sentences(result)), result)
