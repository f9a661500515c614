"""What an example and a row of a table of scores have in common: the ID, a value of the source's row, or the text.

Both become a key, a tuple of texts; a row belongs to the example with the same key.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from instructmining.command import UserError
from instructmining.example import normalise
from instructmining.indicators.match_settings import Match

Row = Mapping[str, Any]
Key = tuple[str, ...]


@dataclass(frozen=True)
class Matching:
    """How rows are matched to examples."""

    columns: tuple[str, ...]
    """The columns of the table that a key is made from."""
    of_shard: tuple[str, ...]
    """Those of a shard."""
    of_row: Callable[[Row], Key | None]
    """The key of a row of the table; None where it has none."""
    of_example: Callable[[Row], Key | None]
    """The key of an example, from its row in a shard; None where it has none."""
    in_words: str


def matching(match: Match | None, found: list[str]) -> Matching:
    """How the rows of a table with these columns are matched; raises UserError where it lacks one."""
    if match is None:
        _need(found, "id")
        return Matching(("id",), ("id",), _values("id"), _values("id"), "id")
    return _by_text(found) if match.text else _by_column(str(match.column), found)


def _by_column(column: str, found: list[str]) -> Matching:
    """A value that the rows of the source have too; where the table names sources, that of this source."""
    _need(found, column)
    columns = (column, "source") if "source" in found and column != "source" else (column,)

    def of_example(example: Row) -> Key | None:
        row = json.loads(example["row"])
        value = row.get(column) if isinstance(row, dict) else None
        return _values(*columns)({column: value, "source": example["source"]})

    return Matching(columns, ("source", "row"), _values(*columns), of_example, " and ".join(columns))


def _by_text(found: list[str]) -> Matching:
    """The conversation, turn by turn, or as an instruction and its response, whatever their white space."""
    if "messages" in found:
        return Matching(("messages",), ("messages",), _turns, _turns, "messages")
    response = "output" if "output" in found and "response" not in found else "response"
    _need(found, "instruction", response)
    instruction = tuple(name for name in ("instruction", "input") if name in found)

    def of_row(row: Row) -> Key | None:
        parts = [_same(row[name]) for name in instruction if row[name]]
        return (" ".join(parts), _same(row[response])) if parts and row[response] else None

    words = f"instruction and {response}"
    return Matching((*instruction, response), ("messages",), of_row, _instruction_and_response, words)


def _values(*columns: str) -> Callable[[Row], Key | None]:
    """The key that some values make; numbers are one key with their text, as tables keep them in several types."""

    def key(row: Row) -> Key | None:
        texts = [as_text(row[column]) for column in columns]
        return None if None in texts else tuple(text for text in texts if text is not None)

    return key


def as_text(value: object) -> str | None:
    """A value as text: 7, 7.0 and "7" are the same; None where it is no text and no number."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _turns(row: Row) -> Key | None:
    turns = row["messages"] or []
    if not all(isinstance(turn, Mapping) and {"role", "content"} <= turn.keys() for turn in turns):
        raise UserError(f"column messages holds {turns!r:.80}; expected a list of turns with role and content")
    return tuple(part for turn in turns for part in (turn["role"], _same(turn["content"]))) or None


def _instruction_and_response(example: Row) -> Key:
    *before, response = [turn["content"] or "" for turn in example["messages"]]
    return _same("\n\n".join(before)), _same(response)


def _same(text: object) -> str:
    if text is not None and not isinstance(text, str):
        raise UserError(f"found {text!r:.80} of type {type(text).__name__} in a column to match by; expected text")
    return " ".join(normalise(text or "").split())


def _need(found: list[str], *columns: str) -> None:
    if missing := [column for column in columns if column not in found]:
        raise UserError(f"no column {', '.join(missing)}; found {', '.join(found)}")
