"""Data sets of the hub: their rows, their origin, and what is said where they cannot be loaded."""

from types import SimpleNamespace

import pytest

from instructmining.data.errors import DataError
from instructmining.data.reading.hub import hub_origin, hub_rows, load_hub
from instructmining.data.settings import Source


def test_the_commit_that_a_branch_of_a_hub_data_set_stood_for_is_recorded():
    info = SimpleNamespace(download_checksums={"hf://datasets/owner/name@abc123/data/train.parquet": {}})
    origin = hub_origin(Source(hub="owner/name", revision="main"), SimpleNamespace(info=info))
    assert origin == "hub:owner/name@abc123 configuration=default split=train"


def test_a_data_set_without_a_known_commit_has_the_revision_that_was_asked_for() -> None:
    unknown = SimpleNamespace(info=SimpleNamespace(download_checksums=None))
    assert hub_origin(Source(hub="owner/name", revision="v1"), unknown).startswith("hub:owner/name@v1 ")
    assert hub_origin(Source(hub="owner/name"), unknown).startswith("hub:owner/name@unknown revision ")


def test_rows_of_the_hub_are_numbered_from_one_and_as_json_can_hold_them() -> None:
    first, second = hub_rows([{"a": 1}, {"a": float("nan")}], "owner/name")
    assert (first.number, first.value, first.place) == (1, {"a": 1}, "owner/name: row 1")
    assert (second.number, second.value) == (2, {"a": None})


def test_a_value_of_the_hub_without_a_form_in_json_makes_its_row_bad_unless_it_is_ignored() -> None:
    rows = [{"text": b"\xc3\xa9", "image": object()}]
    (bad,), (kept,) = hub_rows(rows, "owner/name"), hub_rows(rows, "owner/name", ["image"])
    assert str(bad.value) == 'type object cannot be kept; field "image": it has no form in JSON'
    assert kept.value == {"text": "é", "image": None}


def test_a_data_set_that_cannot_be_had_is_named_with_its_configuration_and_split(tmp_path) -> None:
    source = Source(hub=str(tmp_path / "nothing"), configuration="main", split="test")
    with pytest.raises(DataError, match=r"nothing \(configuration main, split test\): cannot be loaded: "):
        load_hub(source)
