"""The Slurm profile on a real Slurm: partitions, GPUs, and what happens to a job that Slurm ends.

The Snakefiles are tiny, but their rules have names of the workflow, so that the profile's own lines are what is tested.
"""

from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import pytest
from snakemake.profiles import ProfileConfigFileParser

from tests.slurm.slurm_cluster import PROFILE, Cluster, free_ports, lines, small_workflow

pytestmark = pytest.mark.slow


def profile_value(key: str) -> str:
    with (PROFILE / "profile.yaml").open() as profile:
        return str(ProfileConfigFileParser().parse(profile)[key])


def test_the_cluster_has_two_partitions_and_two_gpus(cluster: Cluster) -> None:
    assert cluster.shell("sinfo", "--noheader", "--format=%R %a %t %G").splitlines() == [
        "cpu up idle gpu:fake:2",
        "gpu up idle gpu:fake:2",
    ]


def test_start_and_stop_can_be_repeated_and_leave_no_process(cluster: Cluster, tmp_path: Path) -> None:
    other = Cluster(tmp_path / "other", (("PORT", str(free_ports())), ("GPUS", "1")))
    other.manage("start")
    other.manage("start")
    other.shell("sbatch", "--output=/dev/null", "--wrap=sleep 600")
    other.shell("bash", "-c", "until squeue --noheader --states=RUNNING | grep -q .; do sleep 0.1; done")
    inside = int(other.shell("stat", "--format=%i", "--dereference", "/proc/self/ns/mnt"))
    assert processes_in(inside)
    other.manage("stop")
    other.manage("stop")
    assert processes_in(inside) == []


def processes_in(namespace: int) -> list[str]:
    """The processes of a mount namespace, which hold all that the cluster has started."""
    found = []
    for link in Path("/proc").glob("[0-9]*/ns/mnt"):
        try:
            if link.stat().st_ino == namespace:
                found.append(link.parts[2])
        except OSError:  # it has ended since the folder was listed
            continue
    return found


ENDLESS_JOB = """
rule build_pool:
    output: "never"
    resources: mem_mb=500
    shell: "sleep 600"
"""


def test_a_run_over_the_time_of_its_test_is_interrupted_and_leaves_no_job(cluster: Cluster, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="has been submitted with SLURM jobid"):
        cluster.snakemake(small_workflow(tmp_path, ENDLESS_JOB), seconds=8)
    assert cluster.shell("squeue", "--noheader", "--states=PENDING,RUNNING") == ""


GPU_JOBS = """
rule all:
    input:
        expand("{rule}/{i}", rule="finetune_and_evaluate", i=range(5)),
        expand("{rule}/{i}", rule="import_source", i=range(2)),

rule finetune_and_evaluate:
    output:
        "finetune_and_evaluate/{i}",
    resources:
        gpu=1,
        mem_mb=500,
    shell:
        "date +%s.%N > {output}; sleep 2; date +%s.%N >> {output}; "
        "echo $SLURM_JOB_PARTITION ${{CUDA_VISIBLE_DEVICES:-none}} >> {output}"

rule import_source:
    output:
        "import_source/{i}",
    resources:
        mem_mb=500,
    shell:
        "date +%s.%N > {output}; date +%s.%N >> {output}; "
        "echo $SLURM_JOB_PARTITION ${{CUDA_VISIBLE_DEVICES:-none}} >> {output}"
"""


@dataclass(frozen=True)
class Job:
    started: float
    ended: float
    partition: str
    devices: str

    @classmethod
    def read(cls, path: Path) -> "Job":
        started, ended, where = lines(path)
        return cls(float(started), float(ended), *where.split())

    def overlaps(self, other: "Job") -> bool:
        return self.started < other.ended and other.started < self.ended


def test_each_gpu_job_has_one_device_to_itself(cluster: Cluster, tmp_path: Path) -> None:
    run = cluster.snakemake(small_workflow(tmp_path, GPU_JOBS), seconds=150)
    assert run.code == 0, run.output
    gpu_jobs = [Job.read(path) for path in tmp_path.glob("finetune_and_evaluate/*")]
    cpu_jobs = [Job.read(path) for path in tmp_path.glob("import_source/*")]
    assert len(gpu_jobs) == 5
    assert {job.partition for job in gpu_jobs} == {"gpu"}
    assert {job.devices for job in gpu_jobs} == {"0", "1"}
    assert not any(a.overlaps(b) for a, b in combinations(gpu_jobs, 2) if a.devices == b.devices)
    assert {(job.partition, job.devices) for job in cpu_jobs} == {("cpu", "none")}


CANCELLED_JOBS = """
rule all:
    input: "always", "once"

rule build_pool:
    output: touch("always")
    resources: mem_mb=500
    shell: "echo $SLURM_JOB_ID >> always.jobs; scancel $SLURM_JOB_ID; sleep 60"

rule make_eval_set:
    output: touch("once")
    resources: mem_mb=500, number=lambda wildcards, attempt: attempt
    shell: "echo $SLURM_JOB_ID >> once.jobs; [ {resources.number} -gt 1 ] || (scancel $SLURM_JOB_ID; sleep 60)"
"""


def test_a_cancelled_job_is_repeated_as_often_as_the_profile_says_and_no_more(cluster: Cluster, tmp_path: Path) -> None:
    run = cluster.snakemake(small_workflow(tmp_path, CANCELLED_JOBS), seconds=240)
    assert run.code != 0, run.output
    executions = lines(tmp_path / "always.jobs")
    assert len(executions) == 1 + int(profile_value("retries")), run.output
    assert len(set(executions)) == len(executions), "each execution is a Slurm job of its own"
    assert len(lines(tmp_path / "once.jobs")) == 2
    assert (tmp_path / "once").exists(), "keep-going: the job that failed for good stops no other"


# A limit is in whole minutes, and slurmctld looks every half minute: the first attempt moves its own end forward to two
# seconds from now, and is then ended by Slurm as any job over its limit.
JOB_OVER_ITS_TIME = """
rule build_pool:
    output: "limit"
    resources: mem_mb=500, runtime=lambda wildcards, attempt: attempt * 2
    shell:
        "squeue --noheader --job $SLURM_JOB_ID --format %l >> limits; "
        "[ {resources.runtime} -gt 2 ] || (scontrol update JobId=$SLURM_JOB_ID EndTime=now+2; sleep 300); "
        "touch {output}"
"""


def test_a_job_over_its_time_limit_is_repeated_with_more_time(cluster: Cluster, tmp_path: Path) -> None:
    run = cluster.snakemake(small_workflow(tmp_path, JOB_OVER_ITS_TIME), seconds=180)
    assert run.code == 0, run.output
    assert "TIMEOUT" in run.output
    assert lines(tmp_path / "limits") == ["2:00", "4:00"]


# 300 MB in use are too much for 350, as the two Snakemakes around the command take about 200, but not for 700.
JOB_OVER_ITS_MEMORY = """
rule build_pool:
    output: touch("enough")
    resources: mem_mb=lambda wildcards, attempt: attempt * 350
    shell: "echo {resources.mem_mb} >> requests; python -c 'x = bytes([1]) * 300_000_000; import time; time.sleep(4)'"
"""


def test_a_job_over_its_memory_is_repeated_with_more_memory(cluster: Cluster, tmp_path: Path) -> None:
    run = cluster.snakemake(small_workflow(tmp_path, JOB_OVER_ITS_MEMORY), seconds=150)
    assert run.code == 0, run.output
    assert lines(tmp_path / "requests") == ["350", "700"]
    assert "xceeded" in run.output + slurm_logs(tmp_path)


def slurm_logs(folder: Path) -> str:
    return "\n".join(log.read_text() for log in folder.glob(".snakemake/slurm_logs/**/*.log"))
