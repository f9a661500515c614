"""What may happen to a cluster and to a run on it: each time the run ends well, and nothing is done twice.

Jobs that are cancelled, over their time or over their memory are in tests/slurm/test_cluster.py.
"""

import os
import signal
import subprocess
import sys
import time
import uuid
from collections import Counter
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.slurm.slurm_cluster import (
    Cluster,
    lines,
    others_may_pass,
    python_of,
    slurm_logs,
    small_workflow,
    wait_until,
)

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("slurm")]  # one cluster for all of them

OTHER_USER = "daemon"  # one that every Debian has
LIMIT = 900  # seconds for a run that takes one minute on an idle machine

JOBS = """
rule all:
    input: expand("out/{i}", i=range(COUNT))

rule build_pool:
    output: "out/{i}"
    resources: mem_mb=500
    shell: "echo {wildcards.i} $SLURM_JOB_ID >> started; sleep SECONDS; echo {wildcards.i} >> ended; touch {output}"
"""


def jobs(count: int, seconds: float) -> str:
    return JOBS.replace("COUNT", str(count)).replace("SECONDS", str(seconds))


def executions(folder: Path) -> Counter[str]:
    """How often each job was started."""
    return Counter(line.split()[0] for line in lines(folder / "started"))


def each_once(count: int) -> dict[str, int]:
    return {str(i): 1 for i in range(count)}


def slurm_that(does: str, folder: Path) -> str:
    """The first lines of a Snakefile for which Slurm's own sbatch does something else; `calls` counts how often."""
    (folder / "bin").mkdir()
    (folder / "bin" / "sbatch").write_text(
        f"#!/bin/bash\necho >> {folder}/calls\ncalls=$(wc -l < {folder}/calls)\nPATH=${{PATH//{folder}\\/bin:/}}\n"
        f'refuse() {{ echo "sbatch: error: $*" >&2; exit 1; }}\n{does}\n'
    )
    (folder / "bin" / "sbatch").chmod(0o755)
    return f'os.environ["PATH"] = os.environ["PATH"].replace(":", ":{folder}/bin:", 1)\n'


def in_state(cluster: Cluster, states: str) -> list[str]:
    """The numbers of the jobs in these states."""
    return cluster.shell("squeue", "--noheader", f"--states={states}", "--format=%i").split()


def set_node(cluster: Cluster, *state: str) -> None:
    node = cluster.shell("sinfo", "--noheader", "--format=%n").split()[0]
    cluster.shell("scontrol", "update", f"NodeName={node}", *state)


def test_a_node_that_is_drained_finishes_its_jobs_and_gets_new_ones_when_it_is_back(
    cluster: Cluster, tmp_path: Path
) -> None:
    run = cluster.start_snakemake(small_workflow(tmp_path, jobs(3, 3)), "--jobs", "2")
    wait_until(lambda: len(lines(tmp_path / "started")) >= 2, run)
    set_node(cluster, "State=DRAIN", "Reason=test")
    try:
        wait_until(lambda: in_state(cluster, "PENDING") and not in_state(cluster, "RUNNING,COMPLETING"), run)
        assert sorted(lines(tmp_path / "ended")) == sorted(executions(tmp_path)), "what had begun has come to its end"
    finally:
        set_node(cluster, "State=RESUME")
    finished = cluster.finish(run, seconds=LIMIT)
    assert finished.code == 0, finished.output
    assert executions(tmp_path) == each_once(3)


def restart_controller(cluster: Cluster, seconds_away: float) -> None:
    pids = cluster.folder / "pids"
    os.kill(int((pids / "slurmctld").read_text()), signal.SIGTERM)
    time.sleep(seconds_away)
    namespace = f"--mount=/proc/{(pids / 'sleep').read_text().strip()}/ns/mnt"
    subprocess.run(["nsenter", namespace, "slurmctld"], check=True, timeout=60)


def test_a_controller_that_is_away_for_20_seconds_costs_no_job_of_two_runs_in_two_folders(
    cluster: Cluster, tmp_path: Path
) -> None:
    """Jobs end while it is away, and others are to be submitted."""
    folders = [small_workflow(tmp_path / name, jobs(2, 5)) for name in ("one", "two")]
    runs = [cluster.start_snakemake(folder, "--jobs", "1") for folder in folders]
    wait_until(lambda: all(lines(folder / "started") for folder in folders), *runs)
    restart_controller(cluster, seconds_away=20)
    for folder, run in zip(folders, runs, strict=True):
        finished = cluster.finish(run, seconds=LIMIT)
        assert finished.code == 0, finished.output
        assert executions(folder) == each_once(2)


def test_two_users_run_in_two_folders_at_once_and_neither_sees_the_jobs_of_the_other(
    cluster: Cluster, tmp_path: Path
) -> None:
    """Root's run is killed, and its jobs are cancelled as its owner would, while the other's jobs run."""
    mine, theirs = (small_workflow(tmp_path / name, jobs(3, 10)) for name in ("mine", "theirs"))
    python = python_of(OTHER_USER, theirs)
    others_may_pass(cluster.folder)
    other = cluster.start_snakemake(theirs, "--jobs", "2", python=python)
    run = cluster.start_snakemake(mine, "--jobs", "2")
    wait_until(lambda: lines(mine / "started") and lines(theirs / "started"), run, other)
    assert set(cluster.shell("squeue", "--noheader", "--format=%u").split()) == {"root", OTHER_USER}
    os.killpg(run.pid, signal.SIGKILL)
    run.wait()
    assert "none is left" in end_of_killed_run(mine, cluster)
    assert cluster.snakemake(mine, "--unlock", seconds=LIMIT).code == 0
    assert cluster.snakemake(mine, seconds=LIMIT).code == 0
    finished = cluster.finish(other, seconds=LIMIT)
    assert finished.code == 0, finished.output
    assert executions(theirs) == each_once(3)
    assert {path.owner() for path in theirs.glob("out/*")} == {OTHER_USER}


def end_of_killed_run(folder: Path, cluster: Cluster) -> str:
    """What the first line of `make unlock` does and says."""
    python = [sys.executable, "-m", "instructmining.jobs.slurm_jobs", "--cancel"]
    return cluster.shell("env", f"--chdir={folder}", f"PYTHONPATH={ROOT / 'workflow'}", *python)


# The second job to begin does not end by itself.
CUT_OFF = JOBS.replace("sleep SECONDS", "[ $(wc -l < started) -ne 2 ] || sleep 600")


def test_a_run_that_was_killed_goes_on_without_doing_anything_twice(cluster: Cluster, tmp_path: Path) -> None:
    folder = small_workflow(tmp_path, CUT_OFF.replace("COUNT", "3"))
    run = cluster.start_snakemake(folder, "--jobs", "1")
    wait_until(lambda: len(lines(folder / "started")) == 2, run)
    os.killpg(run.pid, signal.SIGKILL)
    run.wait()
    cut_off = lines(folder / "started")[1].split()[0]
    locked = cluster.snakemake(folder, seconds=LIMIT)
    assert locked.code != 0
    assert "--unlock" in locked.output
    said = end_of_killed_run(folder, cluster)
    assert "jobs of an earlier run in this directory are left in Slurm's queue" in said
    assert "none is left" in said
    assert in_state(cluster, "PENDING,RUNNING,COMPLETING") == []
    assert cluster.snakemake(folder, "--unlock", seconds=LIMIT).code == 0
    finished = cluster.snakemake(folder, seconds=LIMIT)
    assert finished.code == 0, finished.output
    assert executions(folder) == {**each_once(3), cut_off: 2}, "finished work is not redone, and what was cut off is"
    assert sorted(lines(folder / "ended")) == sorted(each_once(3))


def test_the_workflow_does_not_start_beside_jobs_of_a_dead_run(cluster: Cluster, tmp_path: Path) -> None:
    of_a_run = [f"--job-name={uuid.uuid4()}", f"--chdir={tmp_path}", "--comment=rule_tokens"]
    cluster.shell("sbatch", *of_a_run, "--output=/dev/null", "--wrap=sleep 600")
    command = ["results/models/smollm2/model.json", "--snakefile", str(ROOT / "Snakefile")]
    started = cluster.snakemake(tmp_path, *command, seconds=LIMIT)
    assert started.code != 0
    assert "They would be run twice; `make unlock` cancels them" in started.output, started.output
    assert "Cancelled 1; none is left." in end_of_killed_run(tmp_path, cluster)


WRITING = """
rule all:
    input: "full/results/out", "read_only/results/out"

rule build_pool:
    output: "{disk}/results/out"
    log: "{disk}.log"
    resources: mem_mb=500
    shell:
        "python -c 'import sys, pathlib, instructmining.files as files; "
        "files.write_text(pathlib.Path(sys.argv[1]), chr(120) * 1_000_000)' {output} 2>&1 | tee {log}"
"""


def test_a_disk_that_is_full_or_read_only_stops_its_job_with_a_clear_error_and_holds_nothing_half_written(
    cluster: Cluster, tmp_path: Path
) -> None:
    folder = small_workflow(tmp_path, WRITING)
    full, read_only = str(folder / "full"), str(folder / "read_only")
    for disk in (full, read_only):
        Path(disk).mkdir()
        cluster.shell("mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", disk)
        cluster.shell("mkdir", f"{disk}/results")
        cluster.shell("touch", f"{disk}/results/earlier")
    cluster.shell("mount", "-o", "remount,ro", read_only)
    failed = cluster.snakemake(folder, "--retries", "0", seconds=LIMIT)
    assert failed.code != 0
    said = failed.output + slurm_logs(folder)
    assert "No space left on device" in said and "Read-only file system: 'read_only/results/out'" in said
    left = cluster.shell("find", full, read_only, "-type", "f").split()
    assert left == [f"{full}/results/earlier", f"{read_only}/results/earlier"]
    for disk in (full, read_only):
        cluster.shell("mount", "-o", "remount,rw,size=10m", disk)
    finished = cluster.snakemake(folder, seconds=LIMIT)
    assert finished.code == 0, finished.output


REFUSES_THEN_ACCEPTS_THEN_TIMES_OUT = """
((calls > 1)) || refuse "QOSMaxSubmitJobPerUserLimit"
((calls == 3)) || exec sbatch "$@"
sbatch "$@" > /dev/null
refuse "Batch job submission failed: Socket timed out on send/recv operation"
"""


def test_a_submission_that_is_refused_or_times_out_costs_no_attempt_and_no_job_runs_twice(
    cluster: Cluster, tmp_path: Path
) -> None:
    first = slurm_that(REFUSES_THEN_ACCEPTS_THEN_TIMES_OUT, tmp_path)
    folder = small_workflow(tmp_path, first + jobs(3, 0))
    finished = cluster.snakemake(folder, "--retries", "0", "--jobs", "1", seconds=LIMIT)
    assert finished.code == 0, finished.output
    assert (executions(folder), len(lines(folder / "calls"))) == (each_once(3), 4)


STOPS = "from instructmining.jobs.open_run import open_run\nonstart: open_run()\n"


def test_a_run_that_is_stopped_while_submissions_wait_ends_and_leaves_no_job(cluster: Cluster, tmp_path: Path) -> None:
    first = slurm_that('((calls == 1)) && exec sbatch "$@"; refuse AssocMaxSubmitJobLimit', tmp_path)
    run = cluster.start_snakemake(small_workflow(tmp_path, first + STOPS + jobs(6, 600)), "--jobs", "6")
    wait_until(lambda: lines(tmp_path / "started") and len(lines(tmp_path / "calls")) >= 3, run)
    status = cluster.shell("env", f"--chdir={tmp_path}", sys.executable, "-c", WHY_SUBMISSIONS_WAIT)
    assert status == "AssocMaxSubmitJobLimit\n" * 2, "two are submitted at a time"
    run.send_signal(signal.SIGINT)
    ended = cluster.finish(run, seconds=120)
    assert ended.code != 0
    assert in_state(cluster, "PENDING,RUNNING") == [], ended.output


WHY_SUBMISSIONS_WAIT = """
from pathlib import Path
from instructmining.jobs.submission import reasons_to_wait
print(*reasons_to_wait(Path()), sep="\\n")
"""


def test_without_a_cluster_nothing_is_left_over(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "instructmining.jobs.slurm_jobs"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "workflow"), "PATH": "/nowhere"}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60)
    assert done.stdout.startswith("No job of an earlier run"), done.stderr
