"""Weights in the older format become safetensors, whole and without running what is in a pickle."""

import os
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from instructmining.models.convert import to_safetensors
from instructmining.models.question_model import load_question_model
from tests.tiny_models import tiny_t5


def test_a_t5_published_as_pickle_loads_as_safetensors(tmp_path: Path) -> None:
    model = tiny_t5()
    model.config.save_pretrained(tmp_path)
    torch.save(model.state_dict(), tmp_path / "pytorch_model.bin")
    to_safetensors(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix in {".bin", ".safetensors"}) == [
        "model.safetensors"
    ]
    loaded = load_question_model(tmp_path, "fp32")
    assert all(torch.equal(loaded.state_dict()[name], tensor) for name, tensor in model.state_dict().items())


def test_weights_in_several_files_are_put_together(tmp_path: Path) -> None:
    torch.save({"a": torch.ones(2)}, tmp_path / "pytorch_model-00001-of-00002.bin")
    torch.save({"b": torch.zeros(3)}, tmp_path / "pytorch_model-00002-of-00002.bin")
    (tmp_path / "pytorch_model.bin.index.json").write_text("{}")
    to_safetensors(tmp_path)
    assert set(load_file(tmp_path / "model.safetensors")) == {"a", "b"}
    assert [path.name for path in tmp_path.iterdir()] == ["model.safetensors"]


class Hostile:
    def __reduce__(self) -> Any:
        return os.mkdir, ("hostile",)


def test_code_in_a_pickle_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    torch.save({"a": Hostile()}, tmp_path / "pytorch_model.bin")
    with pytest.raises(Exception, match=r"(?i)weights"):
        to_safetensors(tmp_path)
    assert not (tmp_path / "hostile").exists()


def test_a_folder_without_weights_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="contains no weights; expected"):
        to_safetensors(tmp_path)
