"""The workflow as a module of another: where its files go, what it plans, and that it runs."""

import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.workflow.conftest import Run, lay_out

pytestmark = pytest.mark.slow

SNAKEFILE = """
configfile: "config.yaml"

module mining:
    snakefile: "{snakefile}"
    config: config
    prefix: "sub"
    pathvars:
        results="out",

use rule * from mining as mining_*
"""
APPTAINER = """#!/bin/sh
[ "$1" = --version ] && echo apptainer version 1.3.0 && exit
for word; do echo "$word" >>containers; done
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, tiny_tokenizer: Any) -> Run:
    """A workflow that uses this one as a module, in a folder of its own, with a prefix and another place for results."""
    run = Run(tmp_path_factory.mktemp("module"))
    lay_out(run.folder, tiny_tokenizer)
    use(run, "workflow/Snakefile")
    return run


def use(run: Run, snakefile: str) -> None:
    """Let the run use a Snakefile of this repository as a module."""
    (run.folder / "Snakefile").write_text(SNAKEFILE.format(snakefile=ROOT / snakefile))


def printed(run: Run, *options: str) -> str:
    """What a dry run of all rules prints."""
    dry = run.snakemake("--dry-run", "--printshellcmds", *options)
    assert dry.returncode == 0, dry.stderr
    return dry.stdout + dry.stderr


@pytest.fixture(scope="module")
def jobs(run: Run) -> str:
    """What a dry run of all rules of the module prints."""
    return printed(run)


def counts(text: str) -> dict[str, str]:
    """The number of jobs of each rule, under its own name."""
    return dict(re.findall(r"^(?:mining_)?(\w+) +(\d+)$", text, re.MULTILINE))


def test_a_module_plans_the_jobs_of_the_workflow_itself(run: Run, jobs: str) -> None:
    assert counts(jobs) == counts(printed(run, "--snakefile", str(ROOT / "Snakefile")))


def test_the_entry_is_a_module_with_its_default_target(run: Run, jobs: str) -> None:
    use(run, "Snakefile")
    assert counts(printed(run)) == counts(jobs)
    use(run, "workflow/Snakefile")


def test_all_that_a_module_writes_is_under_its_prefix_and_where_its_results_go(jobs: str) -> None:
    lists = re.findall(r"^    (?:output|log|benchmark): (.*)$", jobs, re.MULTILINE)
    paths = [path for some in lists for path in some.split(", ")]
    assert len(paths) > 200
    assert [path for path in paths if not path.startswith("sub/out/")] == []
    assert "sub/out/logs/summary.log" in paths
    assert "sub/out/benchmarks/summary.jsonl" in paths


def test_what_no_input_names_is_there_too(jobs: str) -> None:
    assert "--benchmarks sub/out/benchmarks " in jobs
    assert "--report sub/out/report.html " in jobs
    assert not re.search(r"(?<![\w/])results/", jobs)


def test_a_module_runs_on_the_files_that_the_config_names(run: Run) -> None:
    targets = [f"sub/out/{path}" for path in ("data/eval/test.parquet", "models/tiny/model.json")]
    done = run.snakemake(*targets)
    assert done.returncode == 0, done.stdout + done.stderr
    assert all((run.folder / target).is_file() for target in [*targets, "sub/out/logs/models/tiny.log"])
    assert not (run.folder / "results").exists()


def test_the_container_is_that_of_the_checkout(run: Run, tmp_path: Path) -> None:
    (tmp_path / "apptainer").write_text(APPTAINER)
    (tmp_path / "apptainer").chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    run.snakemake("sub/out/data/sources/first.parquet", "--sdm", "apptainer", PATH=path)
    images = [word for word in (run.folder / "containers").read_text().split() if word.endswith(".sif")]
    assert [(run.folder / image).resolve() for image in images] == [ROOT / "envs" / "instructmining.sif"]
