"""What the profiles say, read from dry runs and tiny runs with them."""

import math
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from benchmarks.workflow import write_run

from instructmining.indicators.settings import SCORERS
from instructmining.jobs.plan import PlannedJob, read_dry_run, sharing
from instructmining.jobs.resources import CAP_MB
from tests.conftest import ROOT
from tests.slurm.slurm_cluster import site_profile

pytestmark = pytest.mark.slow

BESIDE_THE_PAPERS = {
    "similarity": {},
    "influence": {"model": "base"},
    "rating": {
        "model": {"path": "models/llama"},
        "prompt": "{instruction} {response} Good? Answer:",
        "answers": {" yes": 1, " no": 0},
        "parameters": 6.7e9,
    },
}
"""Scorers that the paper has not."""


def add_scorers(folder: Path, more: dict[str, Any]) -> None:
    """Add scorers to the config of a run."""
    config = yaml.safe_load((folder / "config.yaml").read_text())
    config["indicators"] |= more
    (folder / "config.yaml").write_text(yaml.safe_dump(config))


def snakemake(folder: Path, profile: str, *options: str) -> str:
    """Run Snakemake with a profile, and return what it printed."""
    command = [Path(sys.executable).with_name("snakemake"), "--profile", ROOT / "profiles" / profile, *options]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> list[PlannedJob]:
    """The jobs of a run of the paper's size on a Slurm cluster: 129 subsets, 3 seeds, 100 shards, every indicator."""
    folder = tmp_path_factory.mktemp("paper")
    write_run(folder, subsets=129, shards=100, seeds=3)
    add_scorers(folder, BESIDE_THE_PAPERS)
    config = ["--snakefile", str(ROOT / "Snakefile"), "--configfile", "config.yaml"]
    return read_dry_run(snakemake(folder, "slurm", *config, "--dry-run"))


def test_fine_tunes_that_share_a_job_ask_together_for_no_more_time_than_the_site_accepts(tmp_path: Path) -> None:
    write_run(tmp_path, subsets=129, shards=1, seeds=3)
    config = ["--snakefile", str(ROOT / "Snakefile"), "--configfile", "config.yaml"]
    said = snakemake(tmp_path, "slurm", *config, "--group-components", "finetunes=50", "--dry-run")
    tunes = [job for job in read_dry_run(said) if job.rule == "finetune_and_evaluate"]
    assert {resource(job, "runtime") for job in tunes} == {str(1440 // 50)}
    jobs = math.ceil(129 * 3 / 50) + 2  # subsets; choices of the validation; arms
    assert sharing(said).startswith(f"{len(tunes)} of these jobs share {jobs} jobs of the cluster")


def resource(job: PlannedJob, name: str) -> str | None:
    found = re.search(rf"\b{name}=([^,]+)", job.about.get("resources", ""))
    return found[1] if found else None


def test_a_run_of_the_papers_size_has_no_more_jobs_than_snakemake_builds_in_seconds(paper: list[PlannedJob]) -> None:
    assert len(paper) <= 2000
    assert {f"score_{scorer}" for scorer in SCORERS} <= {job.rule for job in paper}, "all indicators are among them"


def test_gpu_jobs_and_no_others_go_to_the_gpu_partition(paper: list[PlannedJob]) -> None:
    partitions = {(job.gpus, resource(job, "slurm_partition")) for job in paper}
    assert partitions == {(0, "cpu"), (1, "gpu")}, {job.rule for job in paper if job.gpus}


def test_an_indicator_of_your_own_that_takes_a_gpu_goes_to_the_gpu_partition(tmp_path: Path) -> None:
    write_run(tmp_path, subsets=30, shards=1, seeds=1)
    (tmp_path / "mine.py").touch()
    custom = {"wants_one": {"function": "mine:score", "gpu": True}, "wants_none": {"function": "mine:score"}}
    add_scorers(tmp_path, {"custom": custom})
    targets = [f"results/indicators/new/{name}/000.parquet" for name in custom]
    options = ["--snakefile", str(ROOT / "Snakefile"), "--configfile", "config.yaml", "--dry-run"]
    jobs = read_dry_run(snakemake(tmp_path, "slurm", *targets, *options))
    partitions = {job.rule: resource(job, "slurm_partition") for job in jobs}
    assert [partitions[f"score_{name}"] for name in custom] == ["gpu", "cpu"]


def test_every_job_says_what_it_needs_and_stays_below_the_caps(paper: list[PlannedJob]) -> None:
    for job in paper:
        assert 300 <= int(resource(job, "mem_mb") or 0) <= CAP_MB, job
        assert 0 < int(resource(job, "runtime") or 0) <= 1440, job  # max_minutes of the profile


def test_a_full_arm_of_the_paper_asks_for_no_more_than_the_site_allows(tmp_path: Path) -> None:
    profile = site_profile(tmp_path, max_minutes="600")
    config = ["--snakefile", str(ROOT / "Snakefile"), "--configfile", str(ROOT / "config" / "paper-v1.yaml")]
    jobs = read_dry_run(snakemake(tmp_path, str(profile), *config, "--dry-run"))
    assert {resource(job, "runtime") for job in jobs if ".full/" in job.about.get("output", "")} == {"600"}
    assert max(int(resource(job, "runtime") or 0) for job in jobs) == 600


def test_a_site_may_want_other_accounts_and_nodes_for_gpus_and_a_model_with_a_hyphen(tmp_path: Path) -> None:
    site = {"gpu_account": "gpus", "qos": "short", "gpu_qos": "long", "gpu_constraint": "big", "gpu_model": "a100-80gb"}
    write_run(tmp_path, subsets=30, shards=1, seeds=1)
    options = ["--snakefile", str(ROOT / "Snakefile"), "--configfile", "config.yaml", "--dry-run"]
    jobs = read_dry_run(snakemake(tmp_path, str(site_profile(tmp_path, **site)), *options))
    names = ("slurm_partition", "slurm_account", "qos", "constraint", "slurm_extra")
    assert {(job.gpus, *(resource(job, name) for name in names)) for job in jobs} == {
        (0, "cpu", None, "short", None, None),
        (1, "gpu", "gpus", "long", "big", "--gpus-per-node=a100-80gb:1"),
    }


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a clone has that a run needs, its links as they are."""
    folder = tmp_path_factory.mktemp("clone")
    (folder / "Snakefile").write_text((ROOT / "Snakefile").read_text())
    for name in ("config", "profiles", "slurm", "workflow"):
        if (ROOT / name).is_symlink():
            (folder / name).symlink_to((ROOT / name).readlink())
        else:
            shutil.copytree(ROOT / name, folder / name, symlinks=True)
    return folder


@pytest.mark.parametrize(
    ("inside", "options"),
    [
        (True, ["--profile", "slurm"]),
        (True, ["--workflow-profile", "slurm"]),
        (False, ["--workflow-profile", "slurm", "--snakefile", "{clone}/workflow/Snakefile"]),
        (False, ["--workflow-profile", "slurm", "--snakefile", "{clone}/Snakefile"]),
        (False, ["--profile", "slurm", "--snakefile", "{clone}/workflow/Snakefile"]),  # linked in the user's folder
    ],
)
def test_the_profile_is_found_by_its_name(clone: Path, tmp_path: Path, inside: bool, options: list[str]) -> None:
    (tmp_path / "snakemake").mkdir()
    (tmp_path / "snakemake" / "slurm").symlink_to(clone / "profiles" / "slurm")
    command = [Path(sys.executable).with_name("snakemake"), *(word.format(clone=clone) for word in options)]
    done = subprocess.run(
        [*command, "--dry-run"],
        cwd=clone if inside else tmp_path,
        env={**os.environ, "XDG_CONFIG_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert "slurm_partition=gpu" in done.stdout, done.stderr


COPY = """
rule copy:
    input: "large"
    output: "copy"
    resources: mem_mb=100
    shell: "cp {input} {output}"
"""


@pytest.mark.parametrize("profile", ["local", "slurm"])
def test_touching_a_large_file_reruns_nothing_and_changing_it_does(tmp_path: Path, profile: str) -> None:
    (tmp_path / "Snakefile").write_text(COPY)
    (tmp_path / "large").write_bytes(bytes(5_000_000))
    here = ["--executor", "local", "--cores", "1"]
    snakemake(tmp_path, profile, *here)
    os.utime(tmp_path / "large")
    assert "Nothing to be done" in snakemake(tmp_path, profile, *here, "--dry-run")
    (tmp_path / "large").write_bytes(bytes(4_999_999) + b"1")
    assert "Nothing to be done" not in snakemake(tmp_path, profile, *here, "--dry-run")
