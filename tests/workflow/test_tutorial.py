"""The tutorial, followed word by word in a fresh checkout; only the model is a tiny one of the same class."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT
from tests.unit.test_docs import commands
from tests.workflow.conftest import write_models

pytestmark = pytest.mark.slow

LIMIT_SECONDS = 1800


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory, tiny_tokenizer: Any) -> Path:
    """What `git clone` and `make setup` leave: the files of the project, and an environment."""
    folder = tmp_path_factory.mktemp("tutorial")
    for name in ("workflow", "config", "docs", "profiles", "envs"):
        shutil.copytree(
            ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "_generated", "mine.yaml")
        )
    for name in ("Snakefile", "Makefile"):
        shutil.copy(ROOT / name, folder)
    environment = folder / ".venv"
    environment.mkdir()
    for name in ("bin", "lib", "pyvenv.cfg"):
        (environment / name).symlink_to(Path(sys.prefix) / name)
    (environment / "installed-cpu").touch()
    write_models(folder / "models", tiny_tokenizer)
    use_tiny_models(folder / "config" / "tutorial.yaml")
    return folder


def use_tiny_models(path: Path) -> None:
    """Put models of two layers in place of those that are downloaded with the environment."""
    config = yaml.safe_load(path.read_text())
    config["models"]["small"] = {"path": "models/llama", "template": "plain", "parameters": 1e5}
    config["indicators"]["embedding"]["model"] = {"path": "models/encoder"}
    text = yaml.safe_dump(config, default_flow_style=None)
    assert "subsets: 8" in text
    path.write_text(text)


def test_the_tutorial_works_word_by_word(checkout: Path) -> None:
    said = [run(command, checkout) for command in commands((ROOT / "docs" / "tutorial.md").read_text())]
    *_, status, nothing_to_do, _, one_subset_more = said
    assert "The run is complete" in status
    assert "Nothing to do" in nothing_to_do
    assert "finetune_and_evaluate" in one_subset_more
    page = (checkout / "results" / "report.html").read_text()
    assert "Can the rule be trusted?" in page and "messages" in page
    assert (checkout / "results" / "selection" / "small" / "new" / "selected.jsonl").exists()


def run(command: str, folder: Path) -> str:
    """What a command prints; the test fails with it where the command does."""
    environment = {**os.environ, "PYTHONPATH": str(folder / "workflow"), "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(
        command, shell=True, cwd=folder, env=environment, capture_output=True, text=True, timeout=LIMIT_SECONDS
    )
    assert done.returncode == 0, f"{command}\n{done.stdout[-4000:]}{done.stderr[-4000:]}"
    return done.stdout
