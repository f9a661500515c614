"""Submits one job as Slurm's sbatch does, but waits where sbatch gives up: to Snakemake that would be a failed attempt.

A site refuses submissions beyond its limits until earlier jobs have ended, so the job is submitted again until it is
accepted. If sbatch times out, the job may be in the queue all the same: it is looked for before it is submitted again.

The job is named after its rule and wildcards, with the run's ID at the end, by which the jobs of a run are found. It
asks for no more minutes than the profile allows. `--site-gres` becomes `--gres`, which Snakemake's Slurm plugin lets
nobody write with a hyphen in the name of the GPU.

    sbatch --parsable --job-name RUN --comment rule_select_wildcards_new -t 30 --wrap=hostname   # workflow/slurm/sbatch
"""

import os
import re
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from instructmining.command import run_main
from instructmining.jobs.open_run import is_open

MAX_MINUTES = "INSTRUCTMINING_MAX_MINUTES"
NAME_CHARACTERS = 180  # with the run's ID it has to fit into the 255 that the accounting keeps
SECONDS_FOR_THE_CONTROLLER = 600
SECONDS_FOR_AN_ANSWER = 300
SECONDS_BETWEEN_TRIES = 15
LOOKS = 3
SECONDS_BETWEEN_LOOKS = 10
WAITING = Path(".snakemake/waiting")
# Slurm names the limit that refuses a job. Only those on the number of submitted jobs are lifted when others end.
REASON = re.compile(r"\b(?:QOS|Assoc)[A-Z]\w+")
TOO_MANY = re.compile(r"MaxJobCount|job submit limit|emporarily un(?:able|available)")
NO_ANSWER = re.compile(
    r"timed out|Unable to contact slurm controller|[Cc]onnection (?:failure|refused|reset)|Zero Bytes were transmitted"
)
Answer = subprocess.CompletedProcess[str]


def main() -> None:
    """Submit the job that the arguments describe, and end as sbatch ended at last."""
    script = sys.stdin.read() if "/dev/stdin" in sys.argv else ""
    arguments = named(for_the_site(in_time(sys.argv[1:], os.environ.get(MAX_MINUTES, ""))), secrets.token_hex(3))
    wait_for_controller()
    answer = submit(arguments, script)
    sys.stdout.write(answer.stdout)
    sys.stderr.write(answer.stderr)
    sys.exit(answer.returncode)


def value_of(arguments: list[str], option: str) -> str:
    """The word after an option; empty if the option is absent."""
    return arguments[arguments.index(option) + 1] if option in arguments[:-1] else ""


def with_value(arguments: list[str], option: str, value: str) -> list[str]:
    """The arguments with another word after an option that is among them."""
    place = arguments.index(option) + 1
    return [*arguments[:place], value, *arguments[place + 1 :]]


def in_time(arguments: list[str], max_minutes: str) -> list[str]:
    """The arguments with no more minutes (`-t`) than the profile allows; unchanged if it has no limit."""
    minutes = value_of(arguments, "-t")
    if not (minutes.isdigit() and max_minutes.isdigit()):
        return arguments
    return with_value(arguments, "-t", str(min(int(minutes), int(max_minutes))))


def for_the_site(arguments: list[str]) -> list[str]:
    """The arguments with `--site-gres` as Slurm knows it."""
    return [re.sub(r"^--site-gres=", "--gres=", word) for word in arguments]


def named(arguments: list[str], token: str) -> list[str]:
    """The arguments with a job name of rule, wildcards, a token that makes it unique, and at its end the run's ID."""
    run, what = value_of(arguments, "--job-name"), value_of(arguments, "--comment")
    if not run or not what:
        return arguments
    words = re.sub(r"[^\w.~@=+-]+", "_", what.removeprefix("rule_").replace("_wildcards_", "_", 1))
    return with_value(arguments, "--job-name", f"{words[:NAME_CHARACTERS]}_{token}_{run}")


def wait_for_controller() -> None:
    """Wait while Slurm's controller is down, up to ten minutes."""
    deadline = time.monotonic() + SECONDS_FOR_THE_CONTROLLER
    while "is UP" not in ask("scontrol", "ping").stdout and time.monotonic() < deadline and is_open():
        time.sleep(2)


def ask(*command: str, script: str = "") -> Answer:
    """Run a command of Slurm's; one that says nothing for five minutes counts as timed out."""
    try:
        return subprocess.run(command, input=script, capture_output=True, text=True, timeout=SECONDS_FOR_AN_ANSWER)
    except subprocess.TimeoutExpired:
        return Answer(command, 1, "", f"{command[0]} timed out")


def submit(arguments: list[str], script: str = "") -> Answer:
    """The answer of sbatch once it accepts the job or refuses it for good; a failure if the run has ended."""
    name = value_of(arguments, "--job-name")
    with waiting_note() as note:
        while is_open():
            answer = ask("sbatch", *arguments, script=script)
            lost = NO_ANSWER.search(answer.stderr) if answer.returncode else None
            if lost and (number := find_job(name)):
                return Answer(answer.args, 0, f"{number}\n", "")
            why = lost[0] if lost else limit(answer)
            if not why:
                return answer
            note(why)
            sleep_while_open(SECONDS_BETWEEN_TRIES)
    return Answer(["sbatch", *arguments], 1, "", "not submitted: the run was stopped\n")


def limit(answer: Answer) -> str:
    """The limit on submitted jobs that refused this one; empty if it was accepted, or refused for another reason."""
    if answer.returncode == 0:
        return ""
    if reason := REASON.search(answer.stderr):
        return reason[0] if "SubmitJob" in reason[0] else ""
    found = TOO_MANY.search(answer.stderr)
    return found[0] if found else ""


def find_job(name: str) -> str:
    """The number of the job of this name in Slurm's queue; empty if Slurm answered three times that there is none."""
    answers = 0
    while name and answers < LOOKS and is_open():
        answer = ask("squeue", "--me", "--noheader", "--states=all", "--format=%i", f"--name={name}")
        if numbers := answer.stdout.split():
            return numbers[0]
        answers += answer.returncode == 0
        sleep_while_open(SECONDS_BETWEEN_LOOKS)
    return ""


@contextmanager
def waiting_note() -> Iterator[Callable[[str], object]]:
    """Yields what notes why a job is not submitted yet, for `make status`; the note goes when it is submitted."""
    path = WAITING / f"{os.getpid()}.txt"

    def note(why: str) -> None:
        WAITING.mkdir(parents=True, exist_ok=True)
        path.write_text(why, encoding="utf-8")

    try:
        yield note
    finally:
        path.unlink(missing_ok=True)


def reasons_to_wait(folder: Path) -> list[str]:
    """Why submissions of a run in `folder` wait, one for each."""
    notes = [path for path in (folder / WAITING).glob("*.txt") if Path("/proc", path.stem).exists()]
    return [path.read_text(encoding="utf-8") for path in notes]


def sleep_while_open(seconds: float) -> None:
    """Sleep, but no longer than the run goes on."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and is_open():
        time.sleep(min(1.0, seconds))


if __name__ == "__main__":
    run_main(main)
