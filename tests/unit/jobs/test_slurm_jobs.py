"""Which jobs in Slurm's queue belong to a dead run in this directory."""

import sys
from pathlib import Path

import pytest

from instructmining.jobs.slurm_jobs import Job, jobs_in_words, left_over_jobs, main, parse

RUN = "3f2b8c1a-0d5e-4f6a-9b7c-112233445566"
QUEUE = f"""\
17|{RUN}|RUNNING|/work/mine|rule_score_likelihood_wildcards_candidates_003
18|{RUN}|PENDING|/work/other|rule_finetune_and_evaluate_wildcards_000
19|prefix_{RUN}|PENDING|/work/mine|rule_finetune_and_evaluate_wildcards_000
20|bash|RUNNING|/work/mine|(null)
21|{RUN}|RUNNING|/work/mine|a comment | with a bar
"""


def test_jobs_are_known_by_their_name_and_their_working_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLURM_JOB_ID", "21")
    jobs = parse(QUEUE, Path("/work/mine"))
    assert [job.number for job in jobs] == ["17", "19"]
    assert jobs[0] == Job("17", RUN, "RUNNING", "rule_score_likelihood_wildcards_candidates_003")


def test_they_are_named_in_words() -> None:
    assert (
        "1 jobs" in (text := jobs_in_words(parse(QUEUE, Path("/work/other")))) and "18 pending: rule_finetune" in text
    )
    assert jobs_in_words([]).startswith("No job")


def test_a_slurm_that_does_not_answer_is_not_taken_for_an_empty_queue(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    squeue = tmp_path / "squeue"
    squeue.write_text("#!/bin/sh\nexit 1\n")
    squeue.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "argv", ["slurm_jobs", "--cancel"])
    monkeypatch.chdir(tmp_path)
    assert left_over_jobs(tmp_path) == []
    with pytest.raises(SystemExit, match="Slurm does not answer"):
        main()
