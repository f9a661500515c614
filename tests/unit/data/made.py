"""Examples for the tests of this folder, and a way to read their reports."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TypeVar

from instructmining.example import Example, Message, make_example
from instructmining.files import read_json, read_result

Report = TypeVar("Report")


def read_report(kind: type[Report], path: Path) -> Report:
    """A report as its type, which names all that is written and nothing else."""
    report = read_result(kind, path)
    assert json.loads(json.dumps(asdict(report))) == read_json(path)  # type: ignore[call-overload]
    return report


def example(prompt: str, source: str = "a", response: str = "Because.", degraded: str | None = None) -> Example:
    """An example of one turn."""
    turns = [Message(role="user", content=prompt), Message(role="assistant", content=response)]
    return make_example(turns, source, "alpaca", {}, degraded)
