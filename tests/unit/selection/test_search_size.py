"""A search asks the same questions given the same answers, keeps every trial, and goes on where it stopped."""

import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from flaml.tune.searcher.suggestion import OptunaSearch

from instructmining.example import EXAMPLES, Example, to_table
from instructmining.files import read_json, read_table, write_json, write_table
from instructmining.models.prepare import main as prepare
from instructmining.selection.proposals import grid_sizes, make_searcher, search
from instructmining.selection.ranking import RANKING
from instructmining.selection.search_size import TRIALS, best_of, check_apart, search_in_words
from instructmining.selection.settings import Search, Selection
from instructmining.selection.size import sized
from instructmining.selection.trial import Trial, run_command, search_loss
from tests.conftest import conversation, tiny_llama

METHODS = ["blendsearch", "cfo", "optuna", "grid"]


def settings(method: str = "blendsearch", **options: Any) -> Search:
    return Search(**{"method": method, "low": 32, "high": 500, "trials": 10, **options})


def trial(size: int) -> Trial:
    """A trial of a made-up curve whose lowest point is at 140."""
    return Trial(size, (abs(math.log(size / 140)),), 1, 10 * size, 60.0)


class KilledError(Exception):
    """The end of a search."""


def killed_after(number: int, kept: dict[int, Trial]) -> Callable[[int], Trial]:
    """A trainer that keeps its trials, and is killed after so many new ones."""
    new: list[int] = []

    def run(size: int) -> Trial:
        if size not in kept:
            if len(new) == number:
                raise KilledError
            new.append(size)
            kept[size] = trial(size)
        return kept[size]

    return run


@pytest.mark.parametrize("method", METHODS)
def test_a_search_that_is_killed_goes_on_where_it_stopped_and_comes_to_the_same(method: str) -> None:
    whole, kept = search(settings(method), 0, trial), {}  # type: ignore[var-annotated]
    with pytest.raises(KilledError):
        search(settings(method), 0, killed_after(4, kept))
    assert len(kept) == 4
    resumed = search(settings(method), 0, killed_after(6, kept))
    assert list(resumed.items()) == list(whole.items())


@pytest.mark.parametrize("log", [True, False])
@pytest.mark.parametrize("method", METHODS)
def test_as_many_sizes_are_tried_as_there_are_trials_all_of_them_within_bounds(method: str, log: bool) -> None:
    sizes = list(search(settings(method, log=log), 0, trial))
    assert len(sizes) == len(set(sizes)) == 10
    assert all(type(size) is int and 32 <= size <= 500 for size in sizes)


@pytest.mark.parametrize("method", ["blendsearch", "cfo"])
def test_the_best_size_is_near_the_lowest_point_of_the_curve(method: str) -> None:
    assert 120 <= best_of(list(search(settings(method), 0, trial).values())).size <= 160


def test_blendsearch_has_its_global_search_and_is_not_cfo_by_another_name() -> None:
    assert isinstance(make_searcher(settings("blendsearch"), 0)._gs, OptunaSearch)
    assert list(search(settings("blendsearch"), 0, trial)) != list(search(settings("cfo"), 0, trial))


def test_a_search_without_optuna_stops_instead_of_doing_something_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flaml.tune.searcher.suggestion.ot", None)
    with pytest.raises(AssertionError, match="Optuna must be installed"):
        make_searcher(settings("blendsearch"), 0)


def test_no_size_is_tried_once_the_budget_is_spent() -> None:
    assert len(search(settings(budget_minutes=2.5), 0, trial)) == 3


def test_a_grid_has_equal_ratios_or_equal_steps() -> None:
    assert grid_sizes(settings(low=10, high=1000, trials=3)) == [10, 100, 1000]
    assert grid_sizes(settings(low=10, high=1000, trials=3, log=False)) == [10, 505, 1000]


def test_a_range_with_fewer_sizes_than_trials_ends_the_search() -> None:
    assert sorted(search(settings(low=3, high=5), 0, trial)) == [3, 4, 5]


def test_of_equal_losses_the_smallest_size_is_kept() -> None:
    assert best_of([Trial(9, (1.0, 3.0), 1, 1, 1.0), Trial(4, (2.0, 2.0), 1, 1, 1.0)]).size == 4


def test_a_best_size_at_the_end_of_the_range_is_said_to_be_there() -> None:
    trials = [Trial(size, (1 / size,), 1, 1, 1.0) for size in (32, 100, 500)]
    sentence = search_in_words(trials, settings("grid", trials=3), [Path("search.parquet")])
    assert sentence.startswith("grid tried 3 sizes from 32 to 500, each with 1 seed; on search the loss was from 0.002")
    assert "It is the highest size allowed" in sentence


def test_the_loss_is_the_mean_over_the_search_sets() -> None:
    assert search_loss({"losses": {"a": {"token_loss": 1.0}, "b": {"token_loss": 2.0}}}) == 1.5


def test_search_and_test_sets_that_share_a_prompt_are_refused(tmp_path: Path) -> None:
    sets = {"search": ("why is the sky", "blue"), "test": ("why  is the sky", "red"), "other": ("what", "is")}
    for name, texts in sets.items():
        write_table(tmp_path / f"{name}.parquet", to_table([conversation(*texts)]), EXAMPLES)
    check_apart([tmp_path / "search.parquet"], [tmp_path / "other.parquet"])
    with pytest.raises(ValueError, match=r"search of the role search shares 1 prompts with test .*'why is the sky'"):
        check_apart([tmp_path / "search.parquet"], [tmp_path / "other.parquet", tmp_path / "test.parquet"])


def test_the_size_that_was_found_takes_the_place_of_the_search(tmp_path: Path) -> None:
    write_json(tmp_path / "size.json", {"examples": 77})
    selection = Selection(search=settings())
    assert sized(selection, tmp_path / "size.json") == Selection(examples=77)
    assert sized(selection, None) is selection


def test_a_fine_tune_that_fails_ends_the_search_with_its_code() -> None:
    with pytest.raises(SystemExit) as ended:
        run_command([sys.executable, "-c", "raise SystemExit(3)"])
    assert ended.value.code == 3


def test_sigterm_reaches_the_fine_tune() -> None:
    code = "import os, signal, time; os.kill(os.getppid(), signal.SIGTERM); time.sleep(60)"
    with pytest.raises(SystemExit) as ended:
        run_command([sys.executable, "-c", code])
    assert ended.value.code == 128 + signal.SIGTERM


@pytest.fixture
def command(tmp_path: Path, tiny_tokenizer: Any, examples: list[Example], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A search of two sizes on a tiny Llama, by the real command."""
    tiny_llama().save_pretrained(tmp_path / "llama")
    tiny_tokenizer.save_pretrained(tmp_path / "llama")
    model = tmp_path / "model" / "model.json"
    monkeypatch.setattr(
        "sys.argv", ["prepare", "--settings", f'{{"path": "{tmp_path}/llama"}}', "--output", str(model)]
    )
    prepare()
    table = to_table(examples)
    columns = {"predicted": pa.array(range(len(table)), pa.float64()), "rank": pa.array(range(len(table)), pa.int64())}
    ranking = pa.table({**{name: table[name] for name in ("id", "source", "degraded")}, **columns}, schema=RANKING)
    write_table(tmp_path / "pool.parquet", table, EXAMPLES)
    write_table(tmp_path / "ranking.parquet", ranking, RANKING)
    for name, prompt in {"search": "red sky", "test": "blue sea"}.items():
        write_table(tmp_path / f"{name}.parquet", to_table([conversation(prompt, "the cat")]), EXAMPLES)
    options = {
        "settings": '{"method": "grid", "low": 4, "high": 8, "trials": 2}', "seed": "0", "pool": "mixed", "model-name": "tiny",
        "model": str(model), "base-model": '{"template": "plain"}', "training": '{"dtype": "fp32", "batch_size": 4, "epochs": 1}',
        **{f"{name}-sets": str(tmp_path / f"{name}.parquet") for name in ("search", "test")},
        "ranking": str(tmp_path / "ranking.parquet"), "shards": str(tmp_path / "pool.parquet"), "folder": str(tmp_path / "trials"), "store": str(tmp_path / "store"),
        "trials": str(tmp_path / "trials.parquet"), "size": str(tmp_path / "size.json"),
    }  # fmt: skip
    return [
        sys.executable,
        "-m",
        "instructmining.selection.search_size",
        *(p for k, v in options.items() for p in (f"--{k}", v)),
    ]


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
