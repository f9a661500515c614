"""The recipe of CONTRIBUTING: a scorer that is added in two pieces of code appears wherever indicators do."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from instructmining.jobs.plan import PlannedJob, read_dry_run
from tests.conftest import ROOT
from tests.unit.indicators.made import write_shard

pytestmark = pytest.mark.slow

RECIPE = (ROOT / "CONTRIBUTING.md").read_text().partition("## Add an indicator")[2].partition("\n## ")[0]
BLOCKS = re.findall(r"```python\n(.*?)```", RECIPE, re.DOTALL)
ITS_OWN_MODEL = {"model: Name": "model: ModelFiles", "[bool] = False": "[bool] = True"}
CONFIG = {"indicators": {"fertility": {"model": "smollm2"}, "oddity": {"model": {"path": "oddity"}}}}
WHAT_FOLLOWS = """
import json
from instructmining import config_files
from instructmining.config import load_config
from instructmining.embedded import DEFAULT
from instructmining.indicators.documentation import indicator_table, scorer_table
from instructmining.report.figures.style import with_unit
from instructmining.report.glossary import meaning
values = DEFAULT | {"indicators": DEFAULT["indicators"] | CONFIG["indicators"]}
config = load_config(values | {"quality_rule": {"indicators": ["fertility"]}})
print(json.dumps({
    "keys": config_files.table_of_keys(), "schema": config_files.json_schema(), "computed": config.indicators.names(),
    "base models": config.indicator_settings(), "meaning": meaning("fertility"), "axis": with_unit("fertility"),
    "docs": scorer_table() + indicator_table(),
}))
"""


def add(library: Path, scorer: str, changes: dict[str, str]) -> None:
    """Follow the recipe in a copy of the library, under another name and with a few changes."""
    changes = {"fertility": scorer, "Fertility": scorer.capitalize(), **changes}
    settings, module = BLOCKS
    for old, new in changes.items():
        settings, module = settings.replace(old, new), module.replace(old, new)
    path = library / "indicators" / "settings.py"
    text = path.read_text().replace("class CustomIndicator", f"{settings}\n\nclass CustomIndicator")
    first = '    "text": TextScorer,\n'
    path.write_text(text.replace(first, f'    "{scorer}": {scorer.capitalize()}Scorer,\n{first}'))
    (path.parent / f"{scorer}.py").write_text(module)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the workflow with two scorers more, one of which has a model of its own."""
    folder = tmp_path_factory.mktemp("added")
    for name in ("workflow", "config", "profiles"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "Snakefile", folder)
    add(folder / "workflow" / "instructmining", "fertility", {})
    add(folder / "workflow" / "instructmining", "oddity", ITS_OWN_MODEL)
    (folder / "oddity").mkdir()
    (folder / "mine.json").write_text(json.dumps(CONFIG))
    return folder


def run(checkout: Path, *command: str | Path) -> str:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PYTHONPATH": str(checkout / "workflow"), "PATH": path}
    done = subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def follows(checkout: Path) -> dict[str, Any]:
    """What the library makes of the new scorers."""
    code = WHAT_FOLLOWS.replace("CONFIG[", f"{CONFIG}[")
    values: dict[str, Any] = json.loads(run(checkout, sys.executable, "-c", code))
    return values


def test_it_is_a_key_of_the_config_with_all_of_its_settings(follows: dict[str, Any]) -> None:
    assert (
        "| `indicators.fertility.model` | text | required | The base model whose tokenizer counts. |" in follows["keys"]
    )
    assert {"FertilityScorer", "OddityScorer"} <= set(json.loads(follows["schema"])["$defs"])


def test_its_indicator_is_computed_and_may_be_named_by_a_rule(follows: dict[str, Any]) -> None:
    assert {"fertility", "oddity"} <= set(follows["computed"])
    assert "parameters" in follows["base models"]["fertility"]["model"], "the base model is told in full"
    assert follows["base models"]["oddity"]["model"]["path"] == "oddity"


def test_readers_are_told_what_it_means(follows: dict[str, Any]) -> None:
    assert (follows["meaning"], follows["axis"]) == ("tokens per word of the response", "fertility (tokens)")
    assert "| `fertility` | `fertility` | The base model whose tokenizer counts | no | no |" in follows["docs"]
    assert "| `fertility` | tokens per word of the response | tokens, 0 and up | - |" in follows["docs"]


@pytest.fixture(scope="module")
def jobs(checkout: Path) -> dict[str, PlannedJob]:
    """The jobs that a run on Slurm would have, one of each rule."""
    targets = [f"results/indicators/unseen/{scorer}/000.parquet" for scorer in CONFIG["indicators"]]
    options = ["--profile", "profiles/slurm", "--configfile", "config/config.yaml", "mine.json", "--dry-run"]
    return {job.rule: job for job in read_dry_run(run(checkout, "snakemake", *targets, *options))}


def test_it_has_a_rule_that_goes_where_its_declaration_says(jobs: dict[str, PlannedJob]) -> None:
    partitions = {
        rule: (job.gpus, re.findall(r"slurm_partition=(\w+)", job.about["resources"])) for rule, job in jobs.items()
    }
    assert partitions["score_fertility"] == (0, ["cpu"])
    assert partitions["score_oddity"] == (1, ["gpu"])


def test_its_model_is_prepared_as_its_declaration_says(jobs: dict[str, PlannedJob]) -> None:
    assert jobs["prepare_model"].about["wildcards"] == "prepared=smollm2"
    assert jobs["convert_model"].about["wildcards"] == "converted=oddity"


def test_its_module_scores_a_shard(checkout: Path, examples: Any, tiny_tokenizer: Any) -> None:
    """Of a tokenizer that knows whole words alone, every word is one token."""
    tiny_tokenizer.save_pretrained(checkout / "tokenizer")
    command = [sys.executable, "-m", "instructmining.indicators.fertility", "--settings", '{"model": "tiny"}']
    files = ["--model", "tokenizer/model.json", "--examples", write_shard(checkout, examples)]
    run(checkout, *command, *files, "--scores", "scores.parquet", "--report", "report.json")
    assert pq.read_table(checkout / "scores.parquet")["fertility"].to_pylist() == [1.0] * len(examples)
