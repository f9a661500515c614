"""What a search found is known to its readers as it is written."""

from dataclasses import asdict
from pathlib import Path

import pytest

from instructmining.files import read_json, read_result
from instructmining.selection import search_size as module
from instructmining.selection.found_size import FoundSize
from tests.unit.selection.made import arguments, trial


def test_readers_of_what_was_found_know_all_that_a_search_writes(
    options: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "search", lambda settings, seed, run: {size: trial(size) for size in (4, 8)})
    monkeypatch.setattr("sys.argv", ["search_size", *arguments(options)])
    module.main()
    found = read_result(FoundSize, tmp_path / "size.json")
    assert (found.examples, found.trials, found.stopped, found.search_sets) == (8, 2, "after 2 trials", ("search",))
    assert read_json(tmp_path / "size.json") == {**asdict(found), "search_sets": ["search"]}
