"""The record of a prepared model is read as what it is."""

from pathlib import Path

import pytest

from instructmining.files import read_result, write_json
from instructmining.models.record import ModelRecord

WRITTEN = {"settings": {"package": "a"}, "hash": "ab", "files": {"config.json": "cd"}}


def test_a_model_that_is_not_of_the_hub_has_no_commit(tmp_path: Path) -> None:
    write_json(tmp_path / "model.json", WRITTEN)
    assert read_result(ModelRecord, tmp_path / "model.json") == ModelRecord(
        {"package": "a"}, "ab", {"config.json": "cd"}
    )


def test_a_record_without_its_hash_is_refused(tmp_path: Path) -> None:
    write_json(tmp_path / "model.json", {"settings": {}, "files": {}})
    with pytest.raises(ValueError, match=r"model\.json is not a ModelRecord: hash: Field required"):
        read_result(ModelRecord, tmp_path / "model.json")
