"""Files for the tests of this folder, and what is read from them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from instructmining.data.errors import BadRow
from instructmining.data.reading.read_rows import read_rows

Read = Callable[..., list[object]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Write a file and read its rows: their values, and of a bad one the message."""

    def run(content: bytes | str, name: str = "rows.jsonl") -> list[object]:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return [str(row.value) if isinstance(row.value, BadRow) else row.value for row in read_rows(path)]

    return run
