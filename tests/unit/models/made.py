"""Models for the tests of this folder, and where they are prepared."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from instructmining.files import read_json, read_result
from instructmining.models.record import ModelRecord
from tests.conftest import tiny_llama

PREPARED = Path("results/models/tiny")
OUTPUT = PREPARED / "model.json"


def llama(value: float) -> Any:
    """A Llama that differs from others in one weight matrix."""
    model = tiny_llama()
    model.lm_head.weight.data.fill_(value)
    return model


def equal(loaded: Any, model: Any, precision: float = 0.0) -> bool:
    """Whether two models have the same weights, but for how they are rounded."""
    weights, expected = loaded.state_dict(), model.state_dict()
    return weights.keys() == expected.keys() and all(
        torch.allclose(weights[name], expected[name], rtol=precision, atol=precision) for name in expected
    )


def a_model(tokenizer: Any, folder: str = "models/one", value: float = 1.0) -> Any:
    """A Llama with its tokenizer in a folder."""
    model = llama(value)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return model


def read_record(path: Path = OUTPUT) -> ModelRecord:
    """The record of a prepared model as its type, which names all that is written and nothing else."""
    record = read_result(ModelRecord, path)
    assert {name: value for name, value in asdict(record).items() if value is not None} == read_json(path)
    return record
