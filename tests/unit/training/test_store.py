"""What was paid for is kept whole, once for each manifest, and outputs are linked from it."""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest

from instructmining.files import read_json, read_result
from instructmining.training import store as module
from instructmining.training.step import Step, Trained
from instructmining.training.store import MANIFEST, WEIGHTS, Entry, KeptAdapter, check_adapter, manifest_hash

TRAINED = Trained(8, 1, "cpu", [Step(2.0, 30, 0.1)], seconds=9.0, seconds_before=4.0)


def saving(weights: str) -> Callable[[Path], object]:
    """Writes an adapter of these weights."""
    return lambda folder: (folder / WEIGHTS).write_text(weights)


@pytest.fixture
def entry(tmp_path: Path) -> Entry:
    return Entry(tmp_path / "store", {"seed": 0, "examples": "abc"})


def test_what_was_kept_is_found_with_what_its_training_took(entry: Entry) -> None:
    assert entry.find() is None
    assert entry.keep(saving("one"), TRAINED)
    assert entry.find() == Trained(8, 1, "cpu", [Step(2.0, 30, 0.1)], seconds=9.0, seconds_before=9.0)
    assert list(entry.store.iterdir()) == [entry.folder]


def test_readers_of_a_manifest_know_all_that_is_written_into_it(entry: Entry) -> None:
    entry.keep(saving("one"), TRAINED)
    kept = read_result(KeptAdapter, entry.folder / MANIFEST)
    assert (kept.manifest, kept.trained) == (entry.manifest, TRAINED)
    assert asdict(kept) == read_json(entry.folder / MANIFEST)


def test_the_order_of_keys_is_no_part_of_a_manifest() -> None:
    assert manifest_hash({"a": 1, "b": 2}) == manifest_hash({"b": 2, "a": 1}) != manifest_hash({"a": 2, "b": 1})


def test_of_two_jobs_that_end_at_once_the_first_is_kept(entry: Entry) -> None:
    assert [entry.keep(saving(weights), TRAINED) for weights in ("one", "two")] == [True, False]
    assert (entry.folder / WEIGHTS).read_text() == "one"
    assert list(entry.store.iterdir()) == [entry.folder]


@pytest.mark.parametrize("name", [WEIGHTS, MANIFEST])
def test_a_damaged_entry_is_not_found_and_another_takes_its_place(entry: Entry, name: str) -> None:
    entry.keep(saving("one"), TRAINED)
    (entry.folder / name).write_text("{")
    assert entry.find() is None
    assert entry.keep(saving("two"), TRAINED)
    assert entry.find() and (entry.folder / WEIGHTS).read_text() == "two"


def test_an_entry_of_another_manifest_is_not_found(entry: Entry) -> None:
    other = Entry(entry.store, {"seed": 1})
    other.keep(saving("one"), TRAINED)
    other.folder.rename(entry.folder)
    assert entry.find() is None


def test_an_adapter_that_cannot_be_written_leaves_nothing(entry: Entry) -> None:
    def full(folder: Path) -> None:
        raise OSError("No space left on device")

    with pytest.raises(OSError, match="No space left"):
        entry.keep(full, TRAINED)
    assert list(entry.store.iterdir()) == []


def test_an_output_is_a_folder_of_hard_links_and_takes_the_place_of_an_older_one(entry: Entry, tmp_path: Path) -> None:
    entry.keep(saving("one"), TRAINED)
    output = tmp_path / "run" / "adapter"
    output.mkdir(parents=True)
    (output / "older").touch()
    entry.link_to(output)
    assert sorted(path.name for path in output.iterdir()) == sorted([WEIGHTS, MANIFEST])
    assert not output.is_symlink() and all(path.samefile(entry.folder / path.name) for path in output.iterdir())
    assert [path.name for path in output.parent.iterdir()] == ["adapter"]


def test_where_nothing_can_be_linked_an_output_is_a_copy(
    entry: Entry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def other_file_system(path: Path, to: Path) -> None:
        raise OSError("Invalid cross-device link")

    entry.keep(saving("one"), TRAINED)
    monkeypatch.setattr(module.os, "link", other_file_system)
    entry.link_to(tmp_path / "adapter")
    assert check_adapter(tmp_path / "adapter", entry.hash)["trained"]["seconds"] == 9.0
    assert not (tmp_path / "adapter" / WEIGHTS).samefile(entry.folder / WEIGHTS)


def test_an_adapter_is_refused_with_what_was_found_and_expected(entry: Entry) -> None:
    entry.keep(saving("one"), TRAINED)
    with pytest.raises(ValueError, match=rf"manifest\.json has the hash {entry.hash[:12]}, expected 0{{12}}"):
        check_adapter(entry.folder, "0" * 64)
    (entry.folder / WEIGHTS).write_text("two")
    with pytest.raises(ValueError, match=r"adapter_model\.safetensors has the hash 3fc4ccfe7458, expected "):
        check_adapter(entry.folder, entry.hash)
    assert json.loads((entry.folder / MANIFEST).read_text())["manifest"] == entry.manifest
