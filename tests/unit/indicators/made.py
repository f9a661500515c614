"""Shards and conversations that tests of scorers share."""

from pathlib import Path
from typing import Any

from instructmining.example import EXAMPLES, Example, Message, make_example, to_table
from instructmining.files import write_table


def write_shard(folder: Path, examples: Any) -> Path:
    """The examples as a shard of a pool."""
    write_table(folder / "000.parquet", to_table(examples), EXAMPLES)
    return folder / "000.parquet"


def dialogue(*turns: tuple[str, str]) -> Example:
    """A conversation of these turns."""
    return make_example([Message(role=role, content=content) for role, content in turns], "made", "messages", {})
