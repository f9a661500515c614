"""What is submitted to Slurm, and what is done where it does not take the job at once; stand-ins take Slurm's place."""

import os
import sys
from pathlib import Path

import pytest

from instructmining.jobs import submission
from instructmining.jobs.slurm_jobs import parse
from instructmining.jobs.submission import find_job, for_the_site, in_time, limit, main, named, reasons_to_wait, submit

RUN = "3f2b8c1a-0d5e-4f6a-9b7c-112233445566"
JOB = ["--parsable", "--job-name", RUN, "--comment", "rule_finetune_and_evaluate_wildcards_tiny_000_0", "-t", "90"]
NAME = f"finetune_and_evaluate_tiny_000_0_abc123_{RUN}"
REFUSED = "sbatch: error: {}\nsbatch: error: Batch job submission failed: Job violates accounting/QOS policy (job submit limit)"
TIMED_OUT = "sbatch: error: Batch job submission failed: Socket timed out on send/recv operation"


@pytest.fixture
def slurm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for stand-ins of Slurm's commands, first on the path, and no time between two tries."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    for name in ("SECONDS_BETWEEN_TRIES", "SECONDS_BETWEEN_LOOKS"):
        monkeypatch.setattr(submission, name, 0)
    stand_in(tmp_path, "scontrol", "echo is UP")
    stand_in(tmp_path, "squeue", "true")
    return tmp_path


def stand_in(slurm: Path, name: str, script: str) -> None:
    (slurm / name).write_text(f'#!/bin/bash\necho "$@" >> {slurm}/{name}.calls\n{script}\n')
    (slurm / name).chmod(0o755)


def calls(slurm: Path, name: str) -> list[str]:
    path = slurm / f"{name}.calls"
    return path.read_text().splitlines() if path.exists() else []


def first_then_accepted(slurm: Path, error: str, times: int = 2) -> None:
    """An sbatch that fails so often with an error, and then accepts."""
    stand_in(
        slurm,
        "sbatch",
        f'[ $(wc -l < {slurm}/sbatch.calls) -gt {times} ] && echo 17 || {{ echo "{error}" >&2; exit 1; }}',
    )


@pytest.mark.parametrize(
    "error",
    [
        REFUSED.format("QOSMaxSubmitJobPerUserLimit"),
        REFUSED.format("AssocMaxSubmitJobLimit"),
        REFUSED.format("AssocGrpSubmitJobsLimit"),
        "sbatch: error: Slurm temporarily unable to accept job, sleeping and retrying.",  # MaxJobCount
        "sbatch: error: Batch job submission failed: Resource temporarily unavailable",
        TIMED_OUT,
        "sbatch: error: Batch job submission failed: Unable to contact slurm controller (connect failure)",
    ],
)
def test_a_job_that_slurm_does_not_take_now_is_submitted_until_it_does(slurm: Path, error: str) -> None:
    first_then_accepted(slurm, error)
    answer = submit(JOB)
    assert (answer.returncode, answer.stdout, len(calls(slurm, "sbatch"))) == (0, "17\n", 3)


@pytest.mark.parametrize(
    "error",
    [
        REFUSED.format("QOSMaxWallDurationPerJobLimit"),
        "sbatch: error: invalid partition specified: gpus",
        "sbatch: error: Batch job submission failed: Requested node configuration is not available",
    ],
)
def test_a_job_that_slurm_will_never_take_is_refused_at_once(slurm: Path, error: str) -> None:
    first_then_accepted(slurm, error)
    answer = submit(JOB)
    assert (answer.returncode, answer.stderr, len(calls(slurm, "sbatch"))) == (1, f"{error}\n", 1)


def test_a_job_whose_submission_timed_out_is_not_submitted_again_if_it_is_in_the_queue(slurm: Path) -> None:
    first_then_accepted(slurm, TIMED_OUT)
    stand_in(slurm, "squeue", f"[ $(wc -l < {slurm}/squeue.calls) -gt 2 ] && echo 16 || true")
    assert (submit(named(JOB, "abc123")).stdout, len(calls(slurm, "sbatch"))) == ("16\n", 1)
    assert set(calls(slurm, "squeue")) == {f"--me --noheader --states=all --format=%i --name={NAME}"}


def test_a_job_is_looked_for_until_slurm_has_answered_three_times(slurm: Path) -> None:
    stand_in(slurm, "squeue", f"[ $(wc -l < {slurm}/squeue.calls) -gt 2 ]")
    assert (find_job(NAME), len(calls(slurm, "squeue"))) == ("", 5)


def test_nothing_is_submitted_once_the_run_has_ended(slurm: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first_then_accepted(slurm, TIMED_OUT, times=0)
    monkeypatch.setattr(submission, "is_open", lambda: False)
    assert (submit(JOB).returncode, calls(slurm, "sbatch")) == (1, [])


def test_a_submission_that_waits_says_why_to_those_who_ask_for_the_state_of_the_run(
    slurm: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(submission, "sleep_while_open", lambda seconds: said.extend(reasons_to_wait(slurm)))
    first_then_accepted(slurm, REFUSED.format("AssocMaxSubmitJobLimit"), times=1)
    submit(JOB)
    assert (said, reasons_to_wait(slurm)) == (["AssocMaxSubmitJobLimit"], [])


def test_an_answer_that_accepts_names_no_limit(slurm: Path) -> None:
    assert limit(submission.ask("sh", "-c", "echo AssocMaxSubmitJobLimit >&2")) == ""


def test_a_job_is_named_after_its_rule_and_wildcards_and_still_found_by_its_run() -> None:
    name = named(JOB, "abc123")[2]
    assert name == NAME
    assert [job.run for job in parse(f"7|{name}|PENDING|/work|comment", Path("/work"))] == [name]


def test_a_name_fits_into_the_accounting() -> None:
    arguments = ["--job-name", RUN, "--comment", "rule_choose_arm_wildcards_" + "a name/with more " * 40]
    assert len(named(arguments, "abc123")[1]) <= 255
    assert not set(" /|,") & set(named(arguments, "abc123")[1])


def test_what_is_no_job_of_a_run_keeps_its_name() -> None:
    assert named(["--wrap=true"], "abc123") == ["--wrap=true"]


@pytest.mark.parametrize(("asked", "most", "given"), [("2880", "1440", "1440"), ("30", "1440", "30"), ("90", "", "90")])
def test_no_job_asks_for_more_time_than_the_profile_allows(asked: str, most: str, given: str) -> None:
    assert in_time(["-t", asked, "--wrap=true"], most) == ["-t", given, "--wrap=true"]


def test_a_site_may_insist_on_gres() -> None:
    assert for_the_site(["--site-gres=gpu:a100-80gb:1", "--wrap=--site-gres=1"]) == [
        "--gres=gpu:a100-80gb:1",
        "--wrap=--site-gres=1",
    ]


def test_the_command_says_what_sbatch_said(
    slurm: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stand_in(slurm, "sbatch", "echo 18; echo beware >&2")
    monkeypatch.setattr(sys, "argv", ["submission", *JOB])
    monkeypatch.setenv(submission.MAX_MINUTES, "60")
    with pytest.raises(SystemExit) as ended:
        main()
    assert (ended.value.code, *capsys.readouterr()) == (0, "18\n", "beware\n")
    assert calls(slurm, "sbatch")[0].endswith(f"{RUN} --comment {JOB[4]} -t 60")
