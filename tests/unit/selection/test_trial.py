"""A trial of a size is a fine-tune by the command that every run uses, kept and stopped like one."""

import signal
import sys

import pytest

from instructmining.selection.trial import run_command, search_loss


def test_the_loss_is_the_mean_over_the_search_sets() -> None:
    assert search_loss({"losses": {"a": {"token_loss": 1.0}, "b": {"token_loss": 2.0}}}) == 1.5


def test_a_fine_tune_that_fails_ends_the_search_with_its_code() -> None:
    with pytest.raises(SystemExit) as ended:
        run_command([sys.executable, "-c", "raise SystemExit(3)"])
    assert ended.value.code == 3


def test_sigterm_reaches_the_fine_tune() -> None:
    code = "import os, signal, time; os.kill(os.getppid(), signal.SIGTERM); time.sleep(60)"
    with pytest.raises(SystemExit) as ended:
        run_command([sys.executable, "-c", code])
    assert ended.value.code == 128 + signal.SIGTERM
