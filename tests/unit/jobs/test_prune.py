"""Pruning drops what no run of the config refers to, and nothing that a run may still need."""

import os
from pathlib import Path
from typing import Any

import pytest

from instructmining.config import Config
from instructmining.config_runs import all_runs
from instructmining.files import write_json
from instructmining.jobs import prune as module
from instructmining.jobs.prune import confirmed, delete, find_waste, freed_bytes, waste_in_words
from instructmining.training.step import Trained
from instructmining.training.store import WEIGHTS, Entry
from tests.workflow.conftest import CONFIG

SIZE = 1000
SMALL = CONFIG | {"sampling": {"subsets": 5, "examples": 12, "replicated": 0}, "comparison": {"arms": ["random", "full"], "seeds": 2}}  # fmt: skip
SEARCHED = SMALL | {"selection": {"search": {"low": 4, "high": 8}}}


def config(values: dict[str, Any] = SMALL) -> Config:
    return Config.model_validate(values)


def keep(results: Path, folder: Path) -> Entry:
    """A finished run or trial: its entry, the adapter linked from it, a record."""
    entry = Entry(results / "store", {"run": str(folder)})
    entry.keep(lambda to: (to / WEIGHTS).write_bytes(b"x" * SIZE), Trained(1, 0, "cpu", [], 1.0, 0.0))
    entry.link_to(folder / "adapter")
    write_json(folder / "record.json", {"training": {"manifest": entry.hash}})
    return entry


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """All runs of the config are finished."""
    for run, seed in all_runs(config()):
        keep(tmp_path, tmp_path / f"training/tiny/{run}/seed{seed}")
    return tmp_path


def test_of_a_finished_run_nothing_is_dropped(results: Path) -> None:
    waste = find_waste(config(), results)
    assert waste.paths == waste.unfinished == []


@pytest.mark.parametrize(
    "gone", ["tiny/005/seed0", "tiny/new.random/seed2", "tiny/old.random/seed0", "other/000/seed0"]
)
def test_entry_and_adapter_of_a_run_that_the_config_does_not_have_are_dropped_and_its_record_stays(
    results: Path, gone: str
) -> None:
    folder = results / "training" / gone
    entry = keep(results, folder)
    waste = find_waste(config(), results)
    assert (waste.entries, waste.adapters) == ([entry.folder], [folder / "adapter"])
    delete(waste)
    assert not entry.folder.exists()
    assert [path.name for path in folder.iterdir()] == ["record.json"]


def test_an_entry_of_an_earlier_training_and_what_a_killed_process_left_are_dropped(results: Path) -> None:
    older = Entry(results / "store", {"learning_rate": 1})
    older.keep(lambda to: (to / WEIGHTS).touch(), Trained(1, 0, "cpu", [], 1.0, 0.0))
    left = [older.checkpoint, results / "store" / f".{older.hash}.123.tmp"]
    for path in left:
        path.touch()
    waste = find_waste(config(), results)
    assert waste.entries == [older.folder]
    assert sorted(waste.checkpoints) == sorted(left)


@pytest.mark.parametrize("lost", ["adapter", "manifest"])
def test_the_entry_of_a_run_whose_adapter_was_deleted_or_damaged_is_kept(results: Path, lost: str) -> None:
    folder = results / "training/tiny/000/seed0"
    (folder / "adapter/manifest.json").unlink()
    if lost == "manifest":
        (folder / "adapter/manifest.json").write_text("{")
    assert find_waste(config(), results).paths == []


def test_while_a_run_is_not_finished_the_store_is_kept_whole(results: Path) -> None:
    """The killed run may resume any checkpoint, and measure any adapter."""
    folder = results / "training/tiny/000/seed0"
    (folder / "record.json").unlink()
    other = results / "training/tiny/new.longest/seed0"
    entry = keep(results, other)
    entry.checkpoint.touch()
    waste = find_waste(config(), results)
    assert (waste.entries, waste.checkpoints, waste.adapters) == ([], [], [other / "adapter"])
    assert f"1 runs or searches of the config are not finished (such as {folder})" in waste_in_words(waste)


def test_the_trials_of_a_search_are_kept_as_long_as_the_config_searches(results: Path) -> None:
    trial = results / "selection/tiny/new/trials/5/seed0"
    entry = keep(results, trial)
    unfinished = find_waste(config(SEARCHED), results)
    assert unfinished.paths == [] and unfinished.unfinished == [trial.parents[2]]
    write_json(trial.parents[2] / "size.json", {})
    assert find_waste(config(SEARCHED), results).paths == []
    assert find_waste(config(), results).paths == [entry.folder, trial / "adapter"]


def test_a_file_with_several_names_is_freed_once_and_only_when_all_of_them_go(tmp_path: Path) -> None:
    for name in ("one", "two", "stays"):
        (tmp_path / name).mkdir()
    (tmp_path / "one" / "file").write_bytes(b"x" * SIZE)
    (tmp_path / "alone").write_bytes(b"x" * 10)
    os.link(tmp_path / "one" / "file", tmp_path / "two" / "file")
    assert freed_bytes([tmp_path / "one", tmp_path / "alone"]) == 10
    assert freed_bytes([tmp_path / "one", tmp_path / "two", tmp_path / "alone"]) == SIZE + 10


def test_what_is_freed_is_said_before_anything_goes(results: Path) -> None:
    entry = keep(results, results / "training/tiny/new.longest/seed0")
    (entry.folder / "more").write_bytes(b"x" * 10**6)
    said = waste_in_words(find_waste(config(), results))
    assert said.startswith("1 adapters and 0 checkpoints in the store that no run of the config refers to")
    assert "the adapters of 1 runs that are not in the config: deleting them frees 1.0 MB." in said


@pytest.mark.parametrize(("answer", "yes"), [("y", True), ("Yes", True), ("", False), ("n", False), (None, False)])
def test_no_answer_means_no(monkeypatch: pytest.MonkeyPatch, answer: str | None, yes: bool) -> None:
    def say(question: str) -> str:
        if answer is None:
            raise EOFError
        return answer

    monkeypatch.setattr(module.sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", say)
    assert confirmed() is yes


def test_where_nobody_can_be_asked_nothing_goes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(module.sys.stdin, "isatty", lambda: False, raising=False)
    assert confirmed() is False
    assert "YES=1 make prune" in capsys.readouterr().out


def test_beside_a_run_nothing_is_pruned(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(module, "running_snakemake", lambda folder: 4711)
    with pytest.raises(SystemExit, match=r"process 4711\)\. Prune once it has ended"):
        module.refuse_beside_a_run(tmp_path)
