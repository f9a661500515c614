"""The Slurm profile on a real Slurm: partitions, GPUs, and what happens to a job that Slurm ends.

Each fault befalls a job of one and the same run. Its Snakefile is tiny, but its rules have names of the workflow, so that
the profile's own lines are what is tested.
"""

from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import pytest
from snakemake.profiles import ProfileConfigFileParser

from tests.slurm.slurm_cluster import (
    PROFILE,
    Cluster,
    free_ports,
    lines,
    site_profile,
    slurm_logs,
    small_workflow,
    wait_until,
)

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("slurm")]  # one cluster for all of them


def profile_value(key: str) -> str:
    with (PROFILE / "profile.yaml").open() as profile:
        return str(ProfileConfigFileParser().parse(profile)[key])


def test_the_cluster_has_two_gpus_and_a_partition_whose_jobs_go_first(cluster: Cluster) -> None:
    assert cluster.shell("sinfo", "--noheader", "--format=%R %a %t %G").splitlines() == [
        f"{partition} up idle gpu:fake-80gb:2" for partition in ("cpu", "gpu", "urgent")
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


ONE_OF_EACH = """
rule all:
    input: "import_source", "gpu/a-b"

rule import_source:
    output: "import_source"
    resources: mem_mb=500
    shell: "squeue --noheader --job $SLURM_JOB_ID --format '%j|%a|%f|%P' > {output}; echo ${{CUDA_VISIBLE_DEVICES:-none}} >> {output}"

rule finetune_and_evaluate:
    output: "gpu/{run}"
    resources: gpu=1, mem_mb=500
    shell: "squeue --noheader --job $SLURM_JOB_ID --format '%j|%a|%f|%P' > {output}; echo ${{CUDA_VISIBLE_DEVICES:-none}} >> {output}"
"""


@pytest.fixture(scope="module", params=["false", "true"], ids=["gpus", "gres"])
def at_a_site(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """A run with a GPU model that has a hyphen, at a site where GPU jobs need an account and a feature of their own."""
    folder = small_workflow(tmp_path_factory.mktemp("site"), ONE_OF_EACH)
    site = {
        "gpu_model": "fake-80gb",
        "gres": request.param,
        "account": "cpus",
        "gpu_account": "gpus",
        "gpu_constraint": "fast",
    }
    finished = cluster.snakemake(folder, profile=site_profile(folder, **site), seconds=300)
    assert finished.code == 0, finished.output + slurm_logs(folder)
    return folder


def test_a_gpu_job_has_one_gpu_of_the_model_and_the_account_and_features_of_gpu_jobs(at_a_site: Path) -> None:
    told, device = lines(at_a_site / "gpu" / "a-b")
    assert (told.split("|")[1:], device) == (["gpus", "fast", "gpu"], "0")


def test_a_job_without_a_gpu_has_the_account_of_the_others(at_a_site: Path) -> None:
    told, device = lines(at_a_site / "import_source")
    assert (told.split("|")[1:], device) == (["cpus", "(null)", "cpu"], "none")


def test_the_queue_says_which_rule_and_wildcards_a_job_has(at_a_site: Path) -> None:
    names = [lines(at_a_site / path)[0].split("|")[0] for path in ("import_source", "gpu/a-b")]
    assert [name.rpartition("_")[0][:-7] for name in names] == ["import_source", "finetune_and_evaluate_a-b"]


ENDLESS_JOB = """
rule build_pool:
    output: "never"
    resources: mem_mb=500
    shell: "sleep 600"
"""


def test_a_run_over_the_time_of_its_test_is_interrupted_and_leaves_no_job(cluster: Cluster, tmp_path: Path) -> None:
    run = cluster.start_snakemake(small_workflow(tmp_path, ENDLESS_JOB))
    wait_until(lambda: cluster.shell("squeue", "--noheader", "--states=RUNNING"), run)
    with pytest.raises(AssertionError, match="has been submitted with SLURM jobid"):
        cluster.finish(run, seconds=0)
    assert cluster.shell("squeue", "--noheader", "--states=PENDING,RUNNING") == ""


# A time limit is in whole minutes, and slurmctld looks every half minute: the first attempt moves its own end forward to two
# seconds from now, and is then ended by Slurm as any job over its limit.
# 300 MB in use are too much for 350, as the two Snakemakes around the command take about 200, but not for 700.
FAULTS = """
rule all:
    input:
        expand("import_source/{i}", i=range(2)), expand("gpu/{i}", i=range(4)),
        "cancelled_always", "cancelled_once", "over_time", "over_memory", "preempted"

rule import_source:
    output: "import_source/{i}"
    resources: mem_mb=500
    shell: "date +%s.%N > {output}; date +%s.%N >> {output}; echo $SLURM_JOB_PARTITION ${{CUDA_VISIBLE_DEVICES:-none}} >> {output}"

rule finetune_and_evaluate:
    output: "gpu/{i}"
    resources: gpu=1, mem_mb=500
    shell:
        "date +%s.%N > {output}; sleep 2; date +%s.%N >> {output}; "
        "echo $SLURM_JOB_PARTITION ${{CUDA_VISIBLE_DEVICES:-none}} >> {output}"

rule cancelled_always:
    output: touch("cancelled_always")
    resources: mem_mb=500
    shell: "echo $SLURM_JOB_ID >> {rule}.jobs; scancel $SLURM_JOB_ID; sleep 600"

rule cancelled_once:
    output: touch("cancelled_once")
    resources: mem_mb=500, number=lambda wildcards, attempt: attempt
    shell: "echo $SLURM_JOB_ID >> {rule}.jobs; [ {resources.number} -gt 1 ] || (scancel $SLURM_JOB_ID; sleep 600)"

rule over_time:
    output: touch("over_time")
    resources: mem_mb=500, runtime=lambda wildcards, attempt: attempt * 2
    shell:
        "squeue --noheader --job $SLURM_JOB_ID --format %l >> {rule}.limits; "
        "[ {resources.runtime} -gt 2 ] || (scontrol update JobId=$SLURM_JOB_ID EndTime=now+2; sleep 600)"

rule over_memory:
    output: touch("over_memory")
    resources: mem_mb=lambda wildcards, attempt: attempt * 350
    shell: "echo {resources.mem_mb} >> {rule}.limits; python -c 'x = bytes([1]) * 300_000_000; import time; time.sleep(4)'"

# Last of all, as an urgent job that wants both GPUs takes the place of whatever has one.
rule search_size:
    input: expand("gpu/{i}", i=range(4))
    output: touch("preempted")
    resources: gpu=1, mem_mb=500, number=lambda wildcards, attempt: attempt
    shell:
        "echo $SLURM_JOB_ID >> preempted.jobs; [ {resources.number} -gt 1 ] || "
        "(sbatch --partition=urgent --gpus=2 --mem=50 --output=/dev/null --wrap=true; sleep 600)"
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


@dataclass(frozen=True)
class Run:
    folder: Path
    output: str

    def lines(self, name: str) -> list[str]:
        return lines(self.folder / name)


@pytest.fixture(scope="module")
def run(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The run in which all of this happens; it fails in the end, for the one job that is cancelled each time."""
    folder = small_workflow(tmp_path_factory.mktemp("run"), FAULTS)
    finished = cluster.snakemake(folder, seconds=900)
    assert finished.code != 0, finished.output
    return Run(folder, finished.output)


def test_each_gpu_job_has_one_device_to_itself(run: Run) -> None:
    gpu_jobs = [Job.read(path) for path in run.folder.glob("gpu/*")]
    assert len(gpu_jobs) == 4
    assert {job.partition for job in gpu_jobs} == {"gpu"}
    assert {job.devices for job in gpu_jobs} <= {"0", "1"}
    assert not any(a.overlaps(b) for a, b in combinations(gpu_jobs, 2) if a.devices == b.devices)


def test_a_job_without_a_gpu_runs_in_the_other_partition_and_sees_none(run: Run) -> None:
    cpu_jobs = [Job.read(path) for path in run.folder.glob("import_source/*")]
    assert [(job.partition, job.devices) for job in cpu_jobs] == [("cpu", "none")] * 2


def test_a_job_that_is_cancelled_each_time_is_repeated_as_often_as_the_profile_says_and_no_more(run: Run) -> None:
    executions = run.lines("cancelled_always.jobs")
    assert len(executions) == 1 + int(profile_value("retries")), run.output
    assert len(set(executions)) == len(executions), "each execution is a Slurm job of its own"
    assert not (run.folder / "cancelled_always").exists()


def test_a_job_that_is_cancelled_once_is_repeated_once(run: Run) -> None:
    assert len(run.lines("cancelled_once.jobs")) == 2
    assert (run.folder / "cancelled_once").exists(), run.output


def test_a_job_over_its_time_limit_is_repeated_with_more_time(run: Run) -> None:
    assert run.lines("over_time.limits") == ["2:00", "4:00"]
    assert (run.folder / "over_time").exists(), run.output
    assert "TIMEOUT" in run.output and "TimeLimit" in run.output


def test_a_job_over_its_memory_is_repeated_with_more_memory(run: Run) -> None:
    assert run.lines("over_memory.limits") == ["350", "700"]
    assert (run.folder / "over_memory").exists(), run.output
    assert "xceeded" in run.output + slurm_logs(run.folder)


def test_a_job_that_has_to_make_room_for_another_is_repeated(run: Run, cluster: Cluster) -> None:
    first, _ = run.lines("preempted.jobs")
    assert (run.folder / "preempted").exists(), run.output
    assert cluster.shell("squeue", "--noheader", "--states=PREEMPTED", "--format=%i").split() == [first]
