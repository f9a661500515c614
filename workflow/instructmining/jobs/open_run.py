"""Whether the run that submits a job still goes on: a submission that waits asks, since its run may have ended.

The run holds a lock on a file, which the kernel frees when the process ends, however it ends. Ctrl-C frees it at once:
Snakemake then cancels its jobs, and waits for the submissions that are under way.
"""

import atexit
import fcntl
import os
import signal
import tempfile
from pathlib import Path
from types import FrameType

VARIABLE = "INSTRUCTMINING_OPEN_RUN"
_held: list[int] = []


def open_run() -> None:
    """Hold the lock until this process ends or is interrupted; the processes that it starts can ask `is_open`."""
    descriptor, name = tempfile.mkstemp(prefix="instructmining-run-")
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    _held.append(descriptor)
    os.environ[VARIABLE] = name
    atexit.register(Path(name).unlink, missing_ok=True)
    signal.signal(signal.SIGINT, _interrupted)


def close_run() -> None:
    """Free the lock."""
    while _held:
        os.close(_held.pop())


def _interrupted(number: int, frame: FrameType | None) -> None:
    """Free the lock, then do what Python does on Ctrl-C."""
    close_run()
    signal.default_int_handler(number, frame)


def is_open() -> bool:
    """Whether the run goes on, as far as is known: without a lock to ask, it does."""
    path = Path(os.environ.get(VARIABLE, ""))
    if not path.is_file():
        return True
    with path.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
