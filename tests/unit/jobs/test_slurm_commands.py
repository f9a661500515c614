"""The sbatch and sacct that the workflow puts before Slurm's own, on stand-ins for Slurm."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT

LOOK = ["-X", "--parsable2", "--noheader", "--format=JobIdRaw,State", "--name", "the-run"]


@pytest.fixture
def slurm(tmp_path: Path) -> Path:
    """A folder for stand-ins of Slurm's commands."""
    (tmp_path / "bin").mkdir()
    return tmp_path / "bin"


def stand_in(slurm: Path, name: str, script: str) -> None:
    (slurm / name).write_text(f"#!/bin/bash\n{script}\n")
    (slurm / name).chmod(0o755)


def call(slurm: Path, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = f"{ROOT / 'workflow' / 'slurm'}:{slurm}:/usr/bin:/bin"
    command = [str(ROOT / "workflow" / "slurm" / name), *arguments]
    return subprocess.run(command, env={**os.environ, "PATH": path}, capture_output=True, text=True, timeout=60)


def test_the_accounting_answers_where_there_is_one(slurm: Path) -> None:
    stand_in(slurm, "sacct", 'printf "%s\\n" "7|COMPLETED" "8|RUNNING"')
    assert call(slurm, "sacct", *LOOK).stdout == "7|COMPLETED\n8|RUNNING\n"


def test_squeue_answers_where_the_accounting_does_not(slurm: Path) -> None:
    stand_in(slurm, "sacct", "exit 1")
    stand_in(slurm, "squeue", 'echo "$@"')
    assert call(slurm, "sacct", *LOOK).stdout == "--noheader --states=all --format=%i|%T --name the-run\n"


@pytest.mark.parametrize("command", ["sacct", "squeue"])
@pytest.mark.parametrize("state", ["CANCELLED by 1000", "PREEMPTED"])
def test_a_job_that_the_plugin_would_wait_for_for_ever_is_called_cancelled(
    slurm: Path, command: str, state: str
) -> None:
    stand_in(slurm, "sacct", "exit 1")
    stand_in(slurm, command, f'echo "7|{state}"')
    assert call(slurm, "sacct", *LOOK).stdout == "7|CANCELLED\n"


def test_a_look_waits_for_a_controller_that_is_away(slurm: Path) -> None:
    stand_in(slurm, "sacct", "exit 1")
    stand_in(slurm, "squeue", f"[ -e {slurm}/back ] && echo '7|RUNNING' || {{ touch {slurm}/back; exit 1; }}")
    assert call(slurm, "sacct", *LOOK).stdout == "7|RUNNING\n"


def test_squeue_gives_the_reason_of_a_job_for_its_first_step_only(slurm: Path) -> None:
    stand_in(slurm, "sacct", "exit 1")
    stand_in(slurm, "squeue", 'echo "$@"')
    first, second = (call(slurm, "sacct", "-j", f"7.{step}", "--format=Reason", "--noheader") for step in (0, 1))
    assert first.stdout == "--noheader --states=all --format=%r --jobs 7\n"
    assert (second.returncode, second.stdout) == (0, "")


def test_a_submission_waits_for_a_controller_that_is_away(slurm: Path) -> None:
    stand_in(slurm, "scontrol", f"[ -e {slurm}/back ] && echo 'is UP' || touch {slurm}/back")
    stand_in(slurm, "sbatch", 'echo "$@"')
    assert call(slurm, "sbatch", "--parsable", "job.sh").stdout == "--parsable job.sh\n"
