"""What `make` is given reaches commands as it is: a name may hold blanks, quotes and what a shell or make would run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

NAME = 'my $(shell touch pwned) `touch pwned` "it\'s";touch pwned *.yaml'
NOTES_ITS_WORDS = '#!/bin/sh\nprintf "%s\\0" "$@" >>words\n'


def make(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run make in a folder, as from a terminal: these tests are themselves started by a make."""
    environment = {
        name: value for name, value in os.environ.items() if name not in ("MAKELEVEL", "MAKEFLAGS", "MFLAGS")
    }
    return subprocess.run(["make", *words], cwd=folder, env=environment, capture_output=True, text=True, timeout=60)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder in which commands only note the words that they are given."""
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    for name in ("python", "snakemake"):
        (tmp_path / ".venv" / "bin" / name).write_text(NOTES_ITS_WORDS)
        (tmp_path / ".venv" / "bin" / name).chmod(0o755)
    (tmp_path / "Makefile").symlink_to(ROOT / "Makefile")
    for name in ("envs/cpu.lock", "envs/embedded.lock", ".venv/installed-cpu"):  # it is set up: the last is the newest
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "summary.txt").touch()
    return tmp_path


def noted(folder: Path) -> set[str]:
    """The words that commands were given; none of them ran what is in a name."""
    assert not (folder / "pwned").exists()
    return set((folder / "words").read_text().split("\0"))


@pytest.mark.parametrize("target", ["run", "plan", "status", "fetch", "dag", "report", "unlock"])
def test_a_config_and_a_profile_may_have_any_name(folder: Path, target: str) -> None:
    done = make(folder, target, f"CONFIG={NAME}", "PROFILE=my profile")
    assert done.returncode == 0, done.stderr
    profile = set() if target == "fetch" else {"--profile=my profile"}
    assert {f"--configfile={NAME}", *profile} <= noted(folder)


@pytest.mark.parametrize("target", ["power", "prune"])
def test_so_do_commands_beside_a_run(folder: Path, target: str) -> None:
    make(folder, target, f"CONFIG={NAME}", "WIDTH=0.1 $(x)")
    assert {f"--config={NAME}"} <= noted(folder)


def test_the_signal_is_measured_at_each_rate(folder: Path) -> None:
    done = make(folder, "signal", f"CONFIG={NAME}", "RATES=2e-3 $(x)")
    assert done.returncode == 0, done.stderr
    rates = {f"training={{learning_rate: {rate}}}" for rate in ("2e-3", "$(x)")}
    assert {f"--configfile={NAME}", f"--config={NAME}", *rates} <= noted(folder)


def test_a_rate_at_which_fine_tunes_fail_is_told_and_the_others_are_still_measured(folder: Path) -> None:
    fails = "case $* in *{learning_rate:\\ 9}*) exit 1;; esac\n"
    (folder / ".venv" / "bin" / "snakemake").write_text(NOTES_ITS_WORDS + fails)
    done = make(folder, "signal", "RATES=9 5e-4")
    assert done.returncode != 0 and "No signal at 9: " in done.stdout
    assert "training={learning_rate: 5e-4}" in noted(folder)


def test_several_runs_are_divided_at_blanks_but_for_those_with_a_backslash(folder: Path) -> None:
    make(folder, "designs", r"RUNS=my\ run ../$(x)", "NAMES=a *")
    assert {"my run", "../$(x)", "a", "*"} <= noted(folder)


def test_a_missing_config_is_told_in_one_line(folder: Path) -> None:
    python = folder / ".venv" / "bin" / "python"
    python.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT}/workflow exec {sys.executable} "$@"\n')
    done = make(folder, "plan", "CONFIG=not here.yaml")
    told = [line for line in done.stderr.splitlines() if not line.startswith("make: ")]
    assert told == ["not here.yaml: there is no such file; name a config with CONFIG=..."]
    assert not (folder / "words").exists(), "Snakemake was started all the same"
