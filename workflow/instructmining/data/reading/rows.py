"""What reading gives: rows, one by one."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Row:
    """One row: a value that JSON can represent, or a BadRow; its number from 1; and its place, for messages."""

    value: object
    number: int
    place: str


def at_line(value: object, number: int, path: Path) -> Row:
    """A row of a file of lines, by its first line."""
    return Row(value, number, f"{path}:{number}")


def at_row(value: object, number: int, path: Path, field: str = "") -> Row:
    """A row of a file that has no lines, or of a field of its one object, by its position."""
    return Row(value, number, f"{path}: row {number}" + (f" of {field}" if field else ""))
