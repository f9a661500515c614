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
from tests.slurm.slurm_cluster import Cluster, lines, small_workflow, wait_until

pytestmark = pytest.mark.slow

LIMIT = 400  # seconds for a run that takes less than one minute on an idle machine

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


def running(cluster: Cluster) -> int:
    return len(cluster.shell("squeue", "--noheader", "--states=RUNNING,COMPLETING").splitlines())


def test_a_node_that_is_drained_finishes_its_jobs_and_gets_new_ones_when_it_is_back(
    cluster: Cluster, tmp_path: Path
) -> None:
    node = cluster.shell("sinfo", "--noheader", "--format=%n").split()[0]
    run = cluster.start_snakemake(small_workflow(tmp_path, jobs(4, 4)), "--jobs", "2")
    wait_until(lambda: len(lines(tmp_path / "started")) >= 2)
    cluster.shell("scontrol", "update", f"NodeName={node}", "State=DRAIN", "Reason=test")
    try:
        wait_until(lambda: running(cluster) == 0)
        wait_until(lambda: cluster.shell("squeue", "--noheader", "--states=PENDING"))
        assert len(lines(tmp_path / "ended")) == len(lines(tmp_path / "started"))
    finally:
        cluster.shell("scontrol", "update", f"NodeName={node}", "State=RESUME")
    finished = cluster.finish(run, seconds=LIMIT)
    assert finished.code == 0, finished.output
    assert executions(tmp_path) == {str(i): 1 for i in range(4)}


def test_a_controller_that_is_away_for_20_seconds_costs_no_job(cluster: Cluster, tmp_path: Path) -> None:
    run = cluster.start_snakemake(small_workflow(tmp_path, jobs(4, 5)), "--jobs", "2")
    wait_until(lambda: len(lines(tmp_path / "started")) >= 2)
    pids = cluster.folder / "pids"
    os.kill(int((pids / "slurmctld").read_text()), signal.SIGTERM)
    time.sleep(20)
    namespace = f"--mount=/proc/{(pids / 'sleep').read_text().strip()}/ns/mnt"
    subprocess.run(["nsenter", namespace, "slurmctld"], check=True, timeout=30)
    finished = cluster.finish(run, seconds=LIMIT)
    assert finished.code == 0, finished.output
    assert executions(tmp_path) == {str(i): 1 for i in range(4)}


def end_of_killed_run(folder: Path, cluster: Cluster) -> str:
    """What the first line of `make unlock` does and says."""
    python = [sys.executable, "-m", "instructmining.slurm_jobs", "--cancel"]
    return cluster.shell("env", f"--chdir={folder}", f"PYTHONPATH={ROOT / 'workflow'}", *python)


def test_a_run_that_was_killed_goes_on_without_doing_anything_twice(cluster: Cluster, tmp_path: Path) -> None:
    folder = small_workflow(tmp_path, jobs(4, 12))
    run = cluster.start_snakemake(folder, "--jobs", "2")
    wait_until(lambda: len(lines(folder / "started")) >= 3)  # so one at least has ended
    os.killpg(run.pid, signal.SIGKILL)
    run.wait()
    locked = cluster.snakemake(folder, seconds=LIMIT)
    assert locked.code != 0
    assert "--unlock" in locked.output
    done, begun = set(lines(folder / "ended")), executions(folder)
    said = end_of_killed_run(folder, cluster)
    assert "jobs of an earlier run in this directory are left in Slurm's queue" in said
    assert "none is left" in said
    assert cluster.shell("squeue", "--noheader", "--states=PENDING,RUNNING,COMPLETING") == ""
    assert cluster.snakemake(folder, "--unlock", seconds=LIMIT).code == 0
    finished = cluster.snakemake(folder, seconds=LIMIT)
    assert finished.code == 0, finished.output
    again = executions(folder) - begun
    assert again == {str(i): 1 for i in range(4) if str(i) not in done}, "finished work is not redone"
    assert begun | again and set(executions(folder)) == {str(i) for i in range(4)}


def test_the_workflow_does_not_start_beside_jobs_of_a_dead_run(cluster: Cluster, tmp_path: Path) -> None:
    left = [
        "sbatch",
        f"--job-name={uuid.uuid4()}",
        f"--chdir={tmp_path}",
        "--comment=rule_tokens",
        "--output=/dev/null",
    ]
    cluster.shell(*left, "--wrap=sleep 600")
    command = ["results/models/smollm2/model.json", "--snakefile", str(ROOT / "Snakefile")]
    started = cluster.snakemake(tmp_path, *command, seconds=LIMIT)
    assert started.code != 0
    assert "They would be run twice; `make unlock` cancels them" in started.output, started.output
    assert "Cancelled 1; none is left." in end_of_killed_run(tmp_path, cluster)


def test_two_runs_at_once_in_two_folders_keep_apart(cluster: Cluster, tmp_path: Path) -> None:
    folders = [small_workflow(tmp_path / name, jobs(3, 2)) for name in ("one", "two")]
    runs = [cluster.start_snakemake(folder) for folder in folders]
    for folder, run in zip(folders, runs, strict=True):
        finished = cluster.finish(run, seconds=LIMIT)
        assert finished.code == 0, finished.output
        assert executions(folder) == {str(i): 1 for i in range(3)}


def test_without_a_cluster_nothing_is_left_over(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "instructmining.slurm_jobs"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "workflow"), "PATH": "/nowhere"}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60)
    assert done.stdout.startswith("No job of an earlier run"), done.stderr
