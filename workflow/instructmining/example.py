"""The example: a conversation whose last turn is the assistant's, and the table of them."""

import hashlib
import json
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

import pyarrow as pa
import pyarrow.parquet as pq

from instructmining.files import read_table

EXAMPLES = pa.schema(
    [
        pa.field("id", pa.string(), metadata={"description": "hash of the normalised messages"}),
        pa.field("source", pa.string(), metadata={"description": "the source it was imported from"}),
        pa.field(
            "messages",
            pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())])),
            metadata={"description": "the conversation; the last turn is the assistant's"},
        ),
        pa.field("form", pa.string(), metadata={"description": "the form of the row it came from"}),
        pa.field("row", pa.string(), metadata={"description": "that row as JSON, for export in the form it came in"}),
        pa.field("degraded", pa.string(), metadata={"description": "how it was degraded on purpose; null if not"}),
    ]
)


class Message(TypedDict):
    """One turn of a conversation."""

    role: str
    content: str


@dataclass(frozen=True)
class Example:
    """One instruction with its response; in general a conversation whose last turn is the assistant's."""

    id: str
    source: str
    messages: tuple[Message, ...]
    form: str
    row: str
    degraded: str | None = None

    @property
    def history(self) -> tuple[Message, ...]:
        """All turns before the response."""
        return self.messages[:-1]

    @property
    def response(self) -> str:
        """The last turn, which is the assistant's."""
        return self.messages[-1]["content"]

    @property
    def instruction(self) -> str:
        """The turns before the response as one text, without their roles."""
        return "\n\n".join(message["content"] for message in self.history)


def normalise(text: str) -> str:
    """The text as its ID sees it: Unicode NFC, line ends as LF, no blanks at the end of lines, no outer blank lines.

    Everything else counts: two answers that differ in their indentation are two programs.
    """
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip("\n")


def fold_blanks(text: str) -> str:
    """Unicode NFC with every run of blanks as one space: for comparing texts, where layout says nothing."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def example_id(messages: Iterable[Message]) -> str:
    """The first 16 hex digits of the SHA-256 of the normalised messages."""
    turns = [[message["role"], normalise(message["content"])] for message in messages]
    return hashlib.sha256(json.dumps(turns, ensure_ascii=False).encode()).hexdigest()[:16]


def make_example(
    messages: Iterable[Message], source: str, form: str, row: object, degraded: str | None = None
) -> Example:
    """Build an example from its messages; `row` is kept as JSON."""
    turns = tuple(messages)
    return Example(example_id(turns), source, turns, form, json.dumps(row, ensure_ascii=False, default=str), degraded)


def to_table(examples: Iterable[Example]) -> pa.Table:
    """Examples as a table with the schema EXAMPLES."""
    rows = [{name: vars(example)[name] for name in EXAMPLES.names} for example in examples]
    return pa.Table.from_pylist(rows, schema=EXAMPLES)


def from_table(table: pa.Table) -> list[Example]:
    """The examples of a table with the schema EXAMPLES (other columns are ignored)."""
    rows = table.select(EXAMPLES.names).to_pylist()
    return [Example(**{**row, "messages": tuple(row["messages"])}) for row in rows]


def read_examples(path: Path) -> list[Example]:
    """Read a whole table of examples."""
    return from_table(read_table(path, EXAMPLES, EXAMPLES.names))


def stream_examples(path: Path, batch: int = 10_000) -> Iterator[list[Example]]:
    """Read a table of examples in batches, so that memory does not grow with the table."""
    for rows in pq.ParquetFile(path).iter_batches(batch_size=batch, columns=EXAMPLES.names):
        yield from_table(pa.Table.from_batches([rows]))
