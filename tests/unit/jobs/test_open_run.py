"""Whether a run goes on, as the processes that it started can tell."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from instructmining.jobs.open_run import VARIABLE, close_run, is_open, open_run


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run of this process."""
    monkeypatch.setenv(VARIABLE, "")
    before = signal.getsignal(signal.SIGINT)
    open_run()
    yield
    close_run()
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("opened")
def test_a_run_is_open_until_it_is_closed() -> None:
    assert is_open()
    close_run()
    assert not is_open()


@pytest.mark.usefixtures("opened")
def test_ctrl_c_closes_a_run_and_interrupts_it() -> None:
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGINT)
    assert not is_open()


def test_without_a_lock_to_ask_a_run_is_taken_to_be_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "/no/such/file")
    assert is_open()


def test_a_process_that_was_killed_has_no_open_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    script = (
        "import os, signal; from instructmining.jobs import open_run; open_run.open_run();"
        " print(os.environ[open_run.VARIABLE], flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", script], env={**os.environ, "TMPDIR": str(tmp_path)}, stdout=-1)
    monkeypatch.setenv(VARIABLE, done.stdout.decode().strip())
    assert list(tmp_path.iterdir()) and not is_open()
