"""What a run would do, read from its dry run."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from instructmining.jobs.plan import PlannedJob, disk_bytes, gpu_hours, plan_in_words, read_dry_run, sharing, similar

DRY_RUN = """\
[Mon Nov 23 00:31:04 2026]
rule finetune_and_evaluate:
    input: results/sampling/006.parquet, results/models/tiny/model.json
    output: results/training/tiny/006/seed0/record.json, results/training/tiny/006/seed0/losses.parquet, results/training/tiny/006/seed0/adapter
    benchmark: results/benchmarks/training/tiny/006/seed0.jsonl
    reason: Missing output files: results/training/tiny/006/seed0/record.json; Input files updated by another job: results/sampling/006.parquet
    resources: tmpdir=<TBD>, gpu=1, mem_mb=3001, runtime=240
[Mon Nov 23 00:31:04 2026]
localrule sample_subset:
    output: results/sampling/006.parquet
    reason: Missing output files: results/sampling/006.parquet
[Mon Nov 23 00:31:04 2026]
localrule all:
    input: x
"""


@pytest.fixture
def earlier(tmp_path: Path) -> Path:
    """What two earlier jobs took: one hour and two hours."""
    for seed, seconds in (("000", 3600), ("001", 7200)):
        benchmark = tmp_path / f"results/benchmarks/training/tiny/{seed}/seed0.jsonl"
        benchmark.parent.mkdir(parents=True)
        benchmark.write_text(json.dumps({"s": seconds}) + "\n")
        folder = tmp_path / f"results/training/tiny/{seed}/seed0"
        (folder / "adapter").mkdir(parents=True)
        for name, size in (("record.json", 100), ("losses.parquet", 200), ("adapter/weights", 1000)):
            (folder / name).write_bytes(b"x" * size)
    return tmp_path


def test_jobs_are_read_with_what_they_ask_for_and_why() -> None:
    tune, sample = read_dry_run(DRY_RUN)
    assert (tune.rule, tune.gpus, tune.limit_hours) == ("finetune_and_evaluate", 1, 4)
    assert tune.reasons() == ["Missing output files", "Input files updated by another job"]
    assert (sample.rule, sample.gpus) == ("sample_subset", 0)


@pytest.mark.parametrize(
    ("resources", "gpus"),
    [
        ("mem_mb=4000, gpu=2", 2),
        ("gpu=0, slurm_extra=--gpus-per-node=a100-80gb:1", 1),
        ("gpu=0, slurm_extra=--gpus-per-node=nvidia_a100-sxm4-80gb:4, qos=long", 4),
        ("gpu=0, slurm_extra=--site-gres=gpu:1", 1),
        ("gpu=0, slurm_extra=--site-gres=gpu:a100-80gb:1", 1),
        ("mem_mb=4000, gpu_hours=3", 0),
    ],
)
def test_gpus_are_counted_however_they_are_asked_for(resources: str, gpus: int) -> None:
    assert PlannedJob("tune", {"resources": resources}).gpus == gpus


def test_gpu_hours_and_disk_are_what_such_jobs_took_before(earlier: Path) -> None:
    tune, sample = read_dry_run(DRY_RUN)
    assert gpu_hours([tune, sample], earlier) == 1.5
    assert disk_bytes([tune], earlier) == 1300
    assert disk_bytes([sample], earlier) is None


def test_without_benchmarks_the_limit_is_named(tmp_path: Path) -> None:
    said = plan_in_words(read_dry_run(DRY_RUN), tmp_path)
    assert "1 GPU jobs of a kind not run yet: at most 4 hours, their limit" in said
    assert "missing output files, input files updated by another job" in said


def test_a_job_that_ran_before_is_measured_by_itself(earlier: Path) -> None:
    path = "results/benchmarks/training/tiny/000/seed0.jsonl"
    assert similar(path, earlier) == [earlier / path]
    arm = similar("results/benchmarks/training/tiny/new.random/seed0.jsonl", earlier)
    assert len(arm) == 2, "an arm is measured by the subsets where no arm ran"


SNAKEFILE = """\
rule finetune:
    output: "a.txt"
    params:
        settings='{"dtype": "bf16"; "text": "before: now: x"}',
        packages=config["packages"],
        code=config["code"],
    shell: "touch {output}"
"""


def dry_run(folder: Path, before: dict[str, str], now: dict[str, str]) -> str:
    """What Snakemake itself plans after its params have changed."""
    (folder / "Snakefile").write_text(SNAKEFILE)

    def snakemake(config: dict[str, str], *options: str) -> str:
        values = [f"{name}={value}" for name, value in config.items()]
        command = [str(Path(sys.executable).with_name("snakemake")), "--cores", "1", *options, "--config", *values]
        return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout

    snakemake(before)
    return snakemake(now, "--dry-run")


LOCK = "torch=2.12.0+cpu transformers=5.23.0 peft=0.21.2"
NEW_LOCK = "torch=2.13.0+cpu transformers=5.23.0 peft=0.22.0"
CHANGED = "the lock changed: torch 2.12.0+cpu -> 2.13.0+cpu, peft 0.21.2 -> 0.22.0"
PARAMS = "Params have changed since last execution"
EDITED = "Its code has changed"


@pytest.mark.parametrize(
    ("packages", "code", "why"),
    [
        (NEW_LOCK, "abc", [CHANGED]),
        (NEW_LOCK, "def", [CHANGED, PARAMS]),
        (LOCK, "def", [PARAMS]),
    ],
)
def test_a_changed_lock_is_named_as_the_reason(tmp_path: Path, packages: str, code: str, why: list[str]) -> None:
    text = dry_run(tmp_path, {"packages": LOCK, "code": "abc"}, {"packages": packages, "code": code})
    (job,) = read_dry_run(text)
    assert job.reasons() == why
    assert ", ".join(f"{reason[0].lower()}{reason[1:]}" for reason in why) in plan_in_words([job], tmp_path)


@pytest.mark.parametrize(
    ("code", "other", "why"),
    [("ab0123456789", "new", [PARAMS]), ("ba9876543210", "old", [EDITED]), ("ba9876543210", "new", [EDITED, PARAMS])],
)
def test_edited_code_is_named_as_the_reason(tmp_path: Path, code: str, other: str, why: list[str]) -> None:
    text = dry_run(tmp_path, {"code": "ab0123456789", "packages": "old"}, {"code": code, "packages": other})
    (job,) = read_dry_run(text)
    assert job.reasons() == why


def test_a_changed_lock_is_named_beside_other_reasons() -> None:
    params = f"Union of exclusive params before and now across all output: before: '{LOCK}' now: '{NEW_LOCK}' "
    job = PlannedJob("finetune", {"reason": f"Missing output files: a; b.txt; {PARAMS}: {params}"})
    assert job.reasons() == ["Missing output files", CHANGED]


SHARED = """\
[Mon Nov 23 00:31:04 2026] Group job finetunes-tiny-subsets (jobs in lexicogr. order):

    [Mon Nov 23 00:31:04 2026]
    rule finetune_and_evaluate:
        output: results/training/tiny/006/seed0/record.json
        benchmark: results/benchmarks/training/tiny/006/seed0.jsonl
        resources: gpu=1, runtime=240
        shell:
            python -m x
            output: nothing of the job's own
    [Mon Nov 23 00:31:04 2026]
    rule finetune_and_evaluate:
        output: results/training/tiny/007/seed0/record.json
        benchmark: results/benchmarks/training/tiny/007/seed0.jsonl
        resources: gpu=1, runtime=240
"""


def test_fine_tunes_that_share_a_job_are_read_as_all_others(earlier: Path) -> None:
    first, second, alone, sample = read_dry_run(SHARED + DRY_RUN)
    assert (first.rule, first.gpus, first.about["output"]) == (
        alone.rule,
        1,
        "results/training/tiny/006/seed0/record.json",
    )
    assert gpu_hours([first, second, sample], earlier) == 3.0


def test_a_plan_says_how_many_jobs_of_the_cluster_are_shared() -> None:
    assert sharing(SHARED + DRY_RUN) == "2 of these jobs share 1 job of the cluster, one after the other in each."
    assert sharing(DRY_RUN) == ""
