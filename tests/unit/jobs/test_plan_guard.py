"""Jobs do what was planned, or nothing."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from instructmining.jobs import plan_guard
from instructmining.jobs.fingerprint import fingerprint
from instructmining.jobs.plan_guard import (
    VARIABLE,
    Plan,
    config_problem,
    files_hash,
    hold_code_to_plan,
    plan_at_hand,
    rules_hash,
)
from tests.conftest import ROOT

COMMAND = "instructmining.selection.rank"


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A copy of the library to edit."""
    shutil.copytree(ROOT / "workflow" / "instructmining", tmp_path / "instructmining")
    return tmp_path


def start(library: Path, plan: Plan) -> subprocess.CompletedProcess[str]:
    """A job that only says how its command is used."""
    environment = {**os.environ, "PYTHONPATH": str(library), VARIABLE: json.dumps(asdict(plan))}
    command = [sys.executable, "-m", COMMAND, "--help"]
    return subprocess.run(command, env=environment, cwd=library, capture_output=True, text=True)


def edit(library: Path, old: str, new: str) -> None:
    path = library / "instructmining" / "selection" / "rank.py"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def plan() -> Plan:
    return Plan(files_hash(), "config", {COMMAND: fingerprint(COMMAND)})


def test_a_job_starts_where_nothing_was_edited(library: Path) -> None:
    assert start(library, plan()).returncode == 0


def test_a_job_starts_where_words_or_another_command_were_edited(library: Path) -> None:
    edit(library, '"""', '"""Edited. ')
    (library / "instructmining" / "selection" / "select.py").write_text("")
    assert start(library, plan()).returncode == 0


def test_a_job_stops_with_a_clear_word_where_its_code_was_edited(library: Path) -> None:
    edit(library, "def main() -> None:\n", "def main() -> None:\n    edited = True\n")
    done = start(library, plan())
    assert done.returncode == 1
    assert f"The code of {COMMAND} was edited after this run was started." in done.stderr
    assert "Undo the edit, or stop the run and start it again" in done.stderr and "Traceback" not in done.stderr


def test_a_function_of_ones_own_is_held_to_the_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, json.dumps(asdict(Plan("files", "config", {"mine:score": "planned"}))))
    hold_code_to_plan("mine:score", lambda name: "planned")
    hold_code_to_plan("mine:other", lambda name: "edited")
    with pytest.raises(SystemExit, match="The code of mine:score was edited after this run was started"):
        hold_code_to_plan("mine:score", lambda name: "edited")


def test_a_command_by_hand_is_held_to_no_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert plan_at_hand() is None
    plan_guard.hold_to_plan()


def test_a_plan_travels_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", {})
    Plan("files", "config", {"a": "b"}).hand_on()
    assert plan_at_hand() == Plan("files", "config", {"a": "b"})


def test_another_config_is_a_problem_of_a_job_alone() -> None:
    assert config_problem(None, "config") is None
    assert config_problem(plan(), "config") is None
    assert "The config or the rules were edited" in str(config_problem(plan(), "another"))


def test_comments_in_rules_change_nothing_and_rules_do(tmp_path: Path) -> None:
    def hashed(text: str) -> str:
        (tmp_path / "Snakefile").write_text("rule all:\n    input: []\n")
        (tmp_path / "a.smk").write_text(text)
        return rules_hash(tmp_path)

    rule = 'rule a:\n    output:\n        "x{y}",\n    shell:\n        "touch {output}"\n'
    assert hashed(rule) == hashed(f"# A comment.\n\n{rule}") != hashed(rule.replace("touch", "cat"))
