"""Progress of a job in its log and in the terminal: what is done, how fast, and how long the rest will take."""

import logging
import sys
import time


def start_log() -> None:
    """Send log lines with the time of day to standard error, which a rule copies to the job's log."""
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")


class Progress:
    """Logs at most one line every `every_seconds`, and a last one when all is done."""

    def __init__(self, title: str, total: int, unit: str, every_seconds: float = 10.0, done: int = 0) -> None:
        self.title, self.total, self.unit, self.every_seconds = title, total, unit, every_seconds
        self.done_before = done
        self.started = self.logged = time.monotonic()

    def show(self, done: int, note: str = "") -> None:
        """Report that `done` of the total are done."""
        now = time.monotonic()
        if done < self.total and now - self.logged < self.every_seconds:
            return
        self.logged = now
        seconds = max(now - self.started, 1e-9)
        done_now = done - self.done_before
        rest = seconds / max(done_now, 1) * (self.total - done)
        time_left = f"{rest:.0f} s left" if done < self.total else f"done in {seconds:.0f} s"
        rate = f"{done_now / seconds:.1f} {self.unit}/s"
        line = [f"{self.title}: {done}/{self.total} {self.unit}", rate, time_left, *([note] if note else [])]
        logging.info(" · ".join(line))
