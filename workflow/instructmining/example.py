"""The example: a conversation whose last turn is the assistant's, and the table of them."""

import hashlib
import json
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any, Literal, NotRequired, TypedDict, cast

import pyarrow as pa
import pyarrow.parquet as pq

from instructmining.files import read_table

JsonObject = dict[str, Any]

MESSAGE = pa.struct(
    [
        ("role", pa.string()),
        ("content", pa.string()),
        ("reasoning_content", pa.string()),
        ("tool_calls", pa.string()),  # JSON: arguments have any shape
        ("tool_call_id", pa.string()),
        ("name", pa.string()),
        ("train", pa.bool_()),
    ]
)
EXAMPLES = pa.schema(
    [
        pa.field("id", pa.string(), metadata={"description": "hash of the normalised messages"}),
        pa.field("source", pa.string(), metadata={"description": "the source it was imported from"}),
        pa.field(
            "messages",
            pa.list_(MESSAGE),
            metadata={
                "description": "the conversation; the last turn is the assistant's; `tool_calls` are JSON, what a turn "
                "does not have is null"
            },
        ),
        pa.field("form", pa.string(), metadata={"description": "the form of the row it came from"}),
        pa.field("row", pa.string(), metadata={"description": "that row as JSON, for export in the form it came in"}),
        pa.field("degraded", pa.string(), metadata={"description": "how it was degraded on purpose; null if not"}),
        pa.field("tools", pa.string(), metadata={"description": "definitions of tools as JSON; null without tools"}),
    ]
)


_JSON = json.JSONEncoder(ensure_ascii=False, default=str)
_SORTED_JSON = json.JSONEncoder(ensure_ascii=False, sort_keys=True)


class FunctionCall(TypedDict):
    """The function that a model calls, with the arguments as an object."""

    name: str
    arguments: JsonObject


class ToolCall(TypedDict):
    """One call of a tool, as the chat templates of the hub read it."""

    id: NotRequired[str]
    type: Literal["function"]
    function: FunctionCall


class Message(TypedDict):
    """One turn of a conversation, as the chat templates of the hub read it.

    `role` is system, developer, user, assistant or tool; `content` is empty only beside `tool_calls`.
    """

    role: str
    content: str
    reasoning_content: NotRequired[str]
    tool_calls: NotRequired[list[ToolCall]]
    tool_call_id: NotRequired[str]
    name: NotRequired[str]
    train: NotRequired[bool]
    """False for an assistant's turn that its source says is not to be trained on."""


@dataclass(frozen=True)
class Example:
    """One instruction with its response; in general a conversation whose last turn is the assistant's."""

    id: str
    source: str
    messages: tuple[Message, ...]
    form: str
    row: str
    degraded: str | None = None
    tools: tuple[JsonObject, ...] = ()

    @property
    def history(self) -> tuple[Message, ...]:
        """All turns before the response."""
        return self.messages[:-1]

    @property
    def response(self) -> str:
        """The text of the last turn, which is the assistant's."""
        return turn_text(self.messages[-1])

    @property
    def instruction(self) -> str:
        """The turns before the response as one text, without their roles."""
        return "\n\n".join(turn_text(message) for message in self.history)


def turn_text(message: Message) -> str:
    """What a turn says, for all that reads texts: its content, and each call as a line of JSON with name and arguments.

    Reasoning is not part of it, nor are definitions of tools: only a chat template writes these.
    """
    calls = [json.dumps(call["function"], ensure_ascii=False) for call in message.get("tool_calls", ())]
    return "\n".join([message["content"], *calls] if message["content"] else calls)


def normalise(text: str) -> str:
    """The text as its ID sees it: Unicode NFC, line ends as LF, no blanks at the end of lines, no outer blank lines.

    Everything else counts: two answers that differ in their indentation are two programs.
    """
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip("\n")


def fold_blanks(text: str) -> str:
    """Unicode NFC with every run of blanks as one space: for comparing texts, where layout says nothing."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def example_id(messages: Iterable[Message], tools: Iterable[JsonObject] = ()) -> str:
    """The first 16 hex digits of the SHA-256 of the normalised messages, and of the tools where there are any."""
    turns: list[Any] = [_normalised(message) for message in messages]
    known = [*turns, {"tools": list(tools)}] if tools else turns
    return hashlib.sha256(_SORTED_JSON.encode(known).encode()).hexdigest()[:16]


def _normalised(message: Message) -> list[Any]:
    """What makes a turn the same: role and content, and its further keys where it has any."""
    turn: list[Any] = [message["role"], normalise(message["content"])]
    if len(message) == 2:
        return turn
    further = {key: value for key, value in message.items() if key not in ("role", "content", "train")}
    return [*turn, further] if further else turn


def make_example(
    messages: Iterable[Message],
    source: str,
    form: str,
    row: object,
    degraded: str | None = None,
    tools: Iterable[JsonObject] = (),
) -> Example:
    """Build an example from its messages and tools; `row` is kept as JSON."""
    turns, known = tuple(messages), tuple(tools)
    text = _JSON.encode(row)
    return Example(example_id(turns, known), source, turns, form, text, degraded, known)


def to_table(examples: Iterable[Example]) -> pa.Table:
    """Examples as a table with the schema EXAMPLES; made column by column, which is the larger part of an import."""
    rows = list(examples)
    columns = {name: [vars(example)[name] for example in rows] for name in EXAMPLES.names}
    columns["tools"] = [_JSON.encode(tools) if tools else None for tools in columns["tools"]]
    return pa.table({**columns, "messages": _message_lists(columns["messages"])}, schema=EXAMPLES)


def _message_lists(conversations: list[tuple[Message, ...]]) -> pa.ListArray:
    """Conversations as the column `messages`."""
    turns = [message_row(message) for messages in conversations for message in messages]
    ends = list(accumulate((len(messages) for messages in conversations), initial=0))
    fields = list(MESSAGE)
    parts = [pa.array([turn.get(field.name) for turn in turns], field.type) for field in fields]
    return pa.ListArray.from_arrays(pa.array(ends, pa.int32()), pa.StructArray.from_arrays(parts, fields=fields))


def message_row(message: Message) -> dict[str, Any]:
    """A message as a table holds it: its calls are JSON text."""
    if "tool_calls" not in message:
        return cast(dict[str, Any], message)
    return {**message, "tool_calls": json.dumps(message["tool_calls"], ensure_ascii=False)}


def from_table(table: pa.Table) -> list[Example]:
    """The examples of a table with the schema EXAMPLES (other columns are ignored)."""
    return [from_row(row) for row in table.select(EXAMPLES.names).to_pylist()]


def from_row(row: dict[str, Any]) -> Example:
    """The example of a row of a table."""
    messages = tuple(_from_message_row(message) for message in row["messages"])
    return Example(**{**row, "messages": messages, "tools": tuple(json.loads(row["tools"] or "[]"))})


def _from_message_row(row: dict[str, Any]) -> Message:
    """The message without what it does not have: a plain turn is a role and a content, and no more."""
    message = {key: value for key, value in row.items() if value is not None}
    if "tool_calls" in message:
        message["tool_calls"] = json.loads(message["tool_calls"])
    return cast(Message, message)


def read_examples(path: Path) -> list[Example]:
    """Read a whole table of examples."""
    return from_table(read_table(path, EXAMPLES, EXAMPLES.names))


def stream_examples(path: Path, batch: int = 10_000) -> Iterator[list[Example]]:
    """Read a table of examples in batches, so that memory does not grow with the table."""
    for rows in pq.ParquetFile(path).iter_batches(batch_size=batch, columns=EXAMPLES.names):
        yield from_table(pa.Table.from_batches([rows]))
