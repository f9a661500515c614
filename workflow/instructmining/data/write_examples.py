"""Write a stream of examples without holding it in memory."""

from collections.abc import Iterable, Mapping
from itertools import islice
from pathlib import Path

from instructmining.data.errors import DataError
from instructmining.example import EXAMPLES, Example, to_table
from instructmining.files import table_writer

BATCH = 10_000


def write_examples(path: Path, examples: Iterable[Example], if_empty: str) -> int:
    """Write examples and return how many; where there are none, write nothing and raise DataError with `if_empty`."""
    count, waiting = 0, iter(examples)
    with table_writer(path, EXAMPLES) as writer:
        while batch := list(islice(waiting, BATCH)):
            writer.write_table(to_table(batch))
            count += len(batch)
        if not count:
            raise DataError(if_empty)
    return count


def check_counts(rows_in: int, kept: int, dropped: Mapping[str, int], where: str) -> None:
    """Raise ValueError unless every row that came in was kept or dropped for a reason: nothing is lost silently."""
    if rows_in != kept + sum(dropped.values()):
        raise ValueError(f"{where}: {rows_in} rows in, but {kept} kept and {dict(dropped)} dropped")
