"""A tuned model is loaded from its own adapter only."""

import shutil
from pathlib import Path

import pytest

from instructmining.comparison.adapters import TunedModel, load_tuned
from instructmining.files import read_result, write_json
from instructmining.training.record import Record


@pytest.mark.parametrize("change", ["weights", "record", "base model"])
def test_an_adapter_that_is_not_the_runs_is_refused(tuned_run: Path, tmp_path: Path, change: str) -> None:
    shutil.copytree(tuned_run, tmp_path / "run", symlinks=True)
    copied = tmp_path / "run"
    if change == "weights":
        path = copied / "adapter" / "adapter_model.safetensors"
        path.write_bytes(path.read_bytes()[:-1])
    elif change == "base model":
        write_json(copied / "model/model.json", {"hash": "another"})
    else:
        path = copied / "record.json"
        path.write_text(path.read_text().replace('"learning_rate": 0.02', '"learning_rate": 0.03'))
    with pytest.raises(ValueError, match=r"delete .*record\.json and run again"):
        load_tuned(copied / "record.json", copied / "adapter", copied / "model/model.json")


def test_a_tuned_model_says_where_it_comes_from(tuned_run: Path, tuned: TunedModel) -> None:
    record = read_result(Record, tuned_run / "record.json")
    assert (tuned.origin.run, tuned.origin.seed, tuned.origin.base_model) == ("new.selected", 0, record.base_model)
    assert (tuned.template, len(tuned.origin.adapter)) == ("plain", 64)
