"""Progress in the log: seldom, with a rate and the time left, and once more at the end."""

import logging

import pytest

from instructmining import progress
from instructmining.progress import Progress


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> list[float]:
    """The seconds that have passed, as its last entry."""
    seconds = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: seconds[-1])
    caplog.set_level(logging.INFO)
    return seconds


def test_a_line_has_the_rate_and_the_time_left(clock: list[float], caplog: pytest.LogCaptureFixture) -> None:
    shown = Progress("scoring", 100, "examples")
    clock.append(20.0)
    shown.show(40, "2 halved")
    assert caplog.messages == ["scoring: 40/100 examples · 2.0 examples/s · 30 s left · 2 halved"]


def test_lines_keep_their_distance_but_for_the_last(clock: list[float], caplog: pytest.LogCaptureFixture) -> None:
    shown = Progress("scoring", 100, "examples", every_seconds=10)
    for second in (1.0, 9.0, 11.0, 12.0):
        clock.append(second)
        shown.show(int(second))
    shown.show(100)
    assert [message.split(" ")[1] for message in caplog.messages] == ["11/100", "100/100"]
    assert caplog.messages[-1].endswith("done in 12 s")


def test_the_rate_is_of_what_this_job_did(clock: list[float], caplog: pytest.LogCaptureFixture) -> None:
    shown = Progress("tuning", 100, "steps", done=80)
    clock.append(10.0)
    shown.show(90)
    assert caplog.messages == ["tuning: 90/100 steps · 1.0 steps/s · 10 s left"]
