"""A local server that judges."""

from collections.abc import Iterator

import pytest

from instructmining.endpoint import client as module
from tests.judge_server import JudgeServer, serving
from tests.unit.comparison.judge.asked import prefers_first


@pytest.fixture
def server() -> Iterator[JudgeServer]:
    with serving(JudgeServer(prefers_first)) as running:
        yield running


@pytest.fixture(autouse=True)
def no_long_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LONGEST_PAUSE_SECONDS", 0.01)
