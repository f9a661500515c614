"""The sbatch and sacct that the workflow puts before Slurm's own, on stand-ins for Slurm."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT

LOOK = ["-X", "--parsable2", "--noheader", "--format=JobIdRaw,State", "--name", "the-run"]
QUEUE = 'printf "%s\\n" "7|COMPLETED|select_new_0a1b2c_the-run" "8|RUNNING|the-run" "9|RUNNING|the-run-before" "10|RUNNING|bash"'


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


def test_the_accounting_answers_where_there_is_one_about_the_jobs_of_the_run(slurm: Path) -> None:
    stand_in(slurm, "sacct", QUEUE)
    assert call(slurm, "sacct", *LOOK).stdout == "7|COMPLETED\n8|RUNNING\n"


def test_the_accounting_is_asked_for_the_names_of_ones_own_jobs(slurm: Path) -> None:
    stand_in(slurm, "sacct", f'echo "$@" >> {slurm}/calls')
    call(slurm, "sacct", *LOOK)
    user = subprocess.run(["id", "-un"], capture_output=True, text=True).stdout.strip()
    asked = f"--user {user} -X --parsable2 --noheader --format=JobIdRaw,State,JobName\n"
    assert (slurm / "calls").read_text() == asked


def test_squeue_answers_where_the_accounting_does_not(slurm: Path) -> None:
    stand_in(slurm, "sacct", "exit 1")
    stand_in(slurm, "squeue", f'[ "$*" != "--me --noheader --states=all --format=%i|%T|%j" ] || {QUEUE}')
    assert call(slurm, "sacct", *LOOK).stdout == "7|COMPLETED\n8|RUNNING\n"


@pytest.mark.parametrize("command", ["sacct", "squeue"])
@pytest.mark.parametrize("state", ["CANCELLED by 1000", "PREEMPTED"])
def test_a_job_that_the_plugin_would_wait_for_for_ever_is_called_cancelled(
    slurm: Path, command: str, state: str
) -> None:
    stand_in(slurm, "sacct", "exit 1")
    stand_in(slurm, command, f'echo "7|{state}|the-run"')
    assert call(slurm, "sacct", *LOOK).stdout == "7|CANCELLED\n"


def test_a_look_waits_for_a_controller_that_is_away(slurm: Path) -> None:
    stand_in(slurm, "sacct", "exit 1")
    stand_in(slurm, "squeue", f"[ -e {slurm}/back ] && echo '7|RUNNING|the-run' || {{ touch {slurm}/back; exit 1; }}")
    assert call(slurm, "sacct", *LOOK).stdout == "7|RUNNING\n"


def test_slurm_is_asked_once_why_a_job_failed_although_the_plugin_asks_for_ten_steps(slurm: Path) -> None:
    stand_in(slurm, "sacct", f"echo $2 >> {slurm}/calls; echo NonZeroExitCode")
    said = [call(slurm, "sacct", "-j", f"7.{step}", "--format=Reason", "--noheader").stdout for step in range(10)]
    assert said == ["NonZeroExitCode\n", *[""] * 9]
    assert (slurm / "calls").read_text() == "7.0\n"


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
