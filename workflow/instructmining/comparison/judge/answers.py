"""The answers of a tuned model to the prompts, as a table."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from instructmining.comparison.result import ModelOrigin
from instructmining.files import read_table, write_table
from instructmining.models.settings import Template

ANSWERS = pa.schema(
    [
        pa.field("prompt", pa.string(), metadata={"description": "ID of the prompt"}),
        pa.field("texts", pa.list_(pa.string()), metadata={"description": "the answer to each turn"}),
        pa.field("tokens", pa.list_(pa.int64()), metadata={"description": "tokens of each answer"}),
        pa.field("cut", pa.list_(pa.bool_()), metadata={"description": "whether it was cut at max_tokens"}),
    ]
)


@dataclass(frozen=True)
class Answer:
    """What a tuned model answers to each turn of one prompt."""

    prompt: str
    texts: tuple[str, ...]
    tokens: tuple[int, ...]
    cut: tuple[bool, ...]

    @property
    def characters(self) -> int:
        """Length of all turns together."""
        return sum(len(text) for text in self.texts)


@dataclass(frozen=True)
class AnswersReport:
    """What made the answers of a tuned model, and how they turned out."""

    tuned_model: ModelOrigin
    """What answered."""
    template: Template
    """How prompts were written for it."""
    settings: dict[str, Any]
    """Those settings of `generation` that were given."""
    device: str
    """The GPU, or `cpu`."""
    packages: dict[str, str]
    """Versions of the packages that answers may depend on."""
    prompts: int
    """Prompts answered."""
    answers: int
    """Answers, one for each turn."""
    tokens: int
    """Tokens of all answers."""
    cut: int
    """Answers that were cut at `max_tokens`."""
    empty: int
    """Answers without text."""
    prompts_truncated: int
    """Prompts that lost their beginning; each turn counts."""
    seconds: float
    """Wall time."""


def write_answers(path: Path, answers: Sequence[Answer]) -> None:
    """Write the table of answers."""
    write_table(path, pa.Table.from_pylist([asdict(answer) for answer in answers], schema=ANSWERS), ANSWERS)


def read_answers(path: Path) -> list[Answer]:
    """The answers of a table that `write_answers` wrote."""
    rows = read_table(path, ANSWERS, ANSWERS.names).to_pylist()
    return [Answer(row["prompt"], *(tuple(row[name]) for name in ("texts", "tokens", "cut"))) for row in rows]
