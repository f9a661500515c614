"""Jobs that a dead run left in Slurm's queue: a run started beside them would do their work a second time.

A run that was killed hard (SIGKILL, a login node that went down) cannot cancel its jobs. They are found by their name,
which is the run's ID, and by their working directory, which is the run's.

    python -m instructmining.jobs.slurm_jobs             # lists them
    python -m instructmining.jobs.slurm_jobs --cancel    # cancels them and waits until they have ended
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from instructmining.command import run_main

RUN_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
ALIVE = "PENDING,CONFIGURING,RUNNING,SUSPENDED,REQUEUED,COMPLETING,STOPPED"
SECONDS_TO_END = 120


@dataclass(frozen=True)
class Job:
    """A job in the queue."""

    number: str
    run: str  # the ID of the run that submitted it
    state: str
    what: str  # rule and wildcards, from the job's comment


def main() -> None:
    """List or cancel the jobs of dead runs in this working directory."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cancel", action="store_true")
    arguments = parser.parse_args()
    if process := running_snakemake(Path()):
        sys.exit(
            f"A run is in progress here (Snakemake, process {process}): stop it with Ctrl-C, or kill -INT {process}."
        )
    try:
        jobs = jobs_in_queue(Path())
        print(jobs_in_words(jobs))
        if arguments.cancel and jobs:
            cancel(jobs, Path())
            print(f"Cancelled {len(jobs)}; none is left.")
    except subprocess.SubprocessError as error:
        sys.exit(
            f"Slurm does not answer, so it is not known whether jobs of an earlier run are left: {error}\n"
            "Try again when it answers. If Slurm is not in use on this machine, `snakemake --unlock` removes the lock."
        )


def jobs_in_queue(folder: Path) -> list[Job]:
    """The jobs of a run in `folder` that have not ended; raises SubprocessError if Slurm does not answer."""
    if not shutil.which("squeue"):
        return []
    command = ["squeue", "--me", "--noheader", f"--states={ALIVE}", "--format=%i|%j|%T|%Z|%k"]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True).stdout
    return parse(answer, folder.resolve())


def left_over_jobs(folder: Path) -> list[Job]:
    """The jobs of a run in `folder` known not to have ended; none if Slurm does not answer: a local run may start."""
    try:
        return jobs_in_queue(folder)
    except (subprocess.SubprocessError, OSError):
        return []


def parse(answer: str, folder: Path) -> list[Job]:
    """The jobs that a run in `folder` submitted, from what squeue printed."""
    rows = [line.split("|", 4) for line in answer.splitlines() if line.count("|") >= 4]
    return [
        Job(number, name, state, what)
        for number, name, state, where, what in rows
        if RUN_ID.search(name) and Path(where) == folder and number != os.environ.get("SLURM_JOB_ID")
    ]


def jobs_in_words(jobs: list[Job]) -> str:
    """The jobs in words."""
    if not jobs:
        return "No job of an earlier run in this directory is left in Slurm's queue."
    lines = [f"  {job.number} {job.state.lower()}: {job.what}" for job in jobs]
    return "\n".join([f"{len(jobs)} jobs of an earlier run in this directory are left in Slurm's queue:", *lines])


def cancel(jobs: list[Job], folder: Path) -> None:
    """Cancel jobs and wait until they have ended; raises TimeoutError if they do not."""
    subprocess.run(["scancel", *(job.number for job in jobs)], check=True, timeout=60)
    deadline = time.monotonic() + SECONDS_TO_END
    while left := jobs_in_queue(folder):
        if time.monotonic() > deadline:
            raise TimeoutError(
                f"cancelled jobs are still there after {SECONDS_TO_END} s: {', '.join(job.number for job in left)}"
            )
        time.sleep(1)


def running_snakemake(folder: Path) -> int | None:
    """The ID of a Snakemake process that runs in `folder` on this machine, if there is one."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            arguments = (process / "cmdline").read_bytes().split(b"\0")
            is_snakemake = any(Path(argument.decode()).name == "snakemake" for argument in arguments[:2])
            if is_snakemake and (process / "cwd").resolve(strict=True) == folder.resolve():
                return int(process.name)
        except (OSError, UnicodeDecodeError):
            continue
    return None


if __name__ == "__main__":
    run_main(main)
