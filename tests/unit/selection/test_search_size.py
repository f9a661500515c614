"""A search asks the same questions given the same answers, keeps every trial, and goes on where it stopped."""

import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from instructmining.example import EXAMPLES, to_table
from instructmining.files import read_json, read_table, write_table
from instructmining.models.prepare import main as prepare
from instructmining.selection.search_size import TRIALS, best_of, check_apart, search_in_words
from instructmining.selection.trial import Trial
from tests.conftest import conversation, tiny_llama
from tests.unit.selection.made import arguments, settings


def test_of_equal_losses_the_smallest_size_is_kept() -> None:
    assert best_of([Trial(9, (1.0, 3.0), 1, 1, 1.0), Trial(4, (2.0, 2.0), 1, 1, 1.0)]).size == 4


@pytest.mark.parametrize("loss", [math.nan, math.inf, -math.inf])
def test_a_trial_without_a_finite_loss_is_never_the_best(loss: float) -> None:
    trials = [Trial(4, (loss, 1.0), 1, 1, 1.0), Trial(9, (2.0, 2.0), 1, 1, 1.0), Trial(16, (3.0, 3.0), 1, 1, 1.0)]
    assert best_of(trials).size == 9 and trials[0].loss == math.inf
    sentence = search_in_words(trials, settings("grid", low=4, high=16), [Path("search.parquet")])
    assert "the loss was from 2.000 to 3.000" in sentence
    assert "Without a finite loss, so failed: 4 examples." in sentence
    with pytest.raises(ValueError, match="the loss of all 1 trials is not a finite number"):
        best_of(trials[:1])


def test_a_best_size_at_the_end_of_the_range_is_said_to_be_there() -> None:
    trials = [Trial(size, (1 / size,), 1, 1, 1.0) for size in (32, 100, 500)]
    sentence = search_in_words(trials, settings("grid", trials=3), [Path("search.parquet")])
    assert sentence.startswith("grid tried 3 sizes from 32 to 500, each with 1 seed; on search the loss was from 0.002")
    assert "It is the highest size allowed" in sentence


def test_search_and_test_sets_that_share_a_prompt_are_refused(tmp_path: Path) -> None:
    sets = {"search": ("why is the sky", "blue"), "test": ("why  is the sky", "red"), "other": ("what", "is")}
    for name, texts in sets.items():
        write_table(tmp_path / f"{name}.parquet", to_table([conversation(*texts)]), EXAMPLES)
    check_apart([tmp_path / "search.parquet"], [tmp_path / "other.parquet"])
    with pytest.raises(
        ValueError, match=r"search \(role search\) shares 1 prompts with test \(role test\), e\.g\. 'why is the sky'"
    ):
        check_apart([tmp_path / "search.parquet"], [tmp_path / "other.parquet", tmp_path / "test.parquet"])


@pytest.fixture
def command(options: dict[str, str], tmp_path: Path, tiny_tokenizer: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The search on a tiny Llama, by the real command."""
    tiny_llama().save_pretrained(tmp_path / "llama")
    tiny_tokenizer.save_pretrained(tmp_path / "llama")
    settings = f'{{"path": "{tmp_path}/llama"}}'
    monkeypatch.setattr("sys.argv", ["prepare", "--settings", settings, "--output", options["model"]])
    prepare()
    return [sys.executable, "-m", "instructmining.selection.search_size", *arguments(options)]


@pytest.mark.slow
def test_the_command_that_is_killed_keeps_what_is_finished_and_goes_on(command: list[str], tmp_path: Path) -> None:
    first = tmp_path / "trials" / "4" / "seed0" / "record.json"
    started = subprocess.Popen(command, start_new_session=True)
    deadline = time.monotonic() + 300
    while not first.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    os.killpg(started.pid, signal.SIGKILL)
    started.wait()
    before = first.stat().st_mtime_ns
    subprocess.run(command, check=True, timeout=300)
    assert first.stat().st_mtime_ns == before
    rows = read_table(tmp_path / "trials.parquet", TRIALS).to_pylist()
    records = [read_json(tmp_path / "trials" / str(size) / "seed0" / "record.json") for size in (4, 8)]
    assert [row["size"] for row in rows] == [record["training"]["examples"] for record in records] == [4, 8]
    assert [row["loss"] for row in rows] == [record["losses"]["search"]["token_loss"] for record in records]
    assert set(records[0]["losses"]) == {"search"}
    entries = {record["training"]["manifest"] for record in records}
    assert {path.name for path in (tmp_path / "store").iterdir()} == entries, "trials keep their adapters where runs do"
    found = read_json(tmp_path / "size.json")
    assert found["examples"] == min(rows, key=lambda row: row["loss"])["size"]
    assert found["stopped"] == "after 2 trials"
