"""A prepared base model and a table of examples for the tests of training."""

from pathlib import Path
from typing import Any

import pytest

from instructmining.example import EXAMPLES, Example, to_table
from instructmining.files import write_table
from instructmining.models.prepare import main as prepare
from tests.conftest import tiny_llama


@pytest.fixture
def model(tmp_path: Path, tiny_tokenizer: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """`model.json` of a tiny Llama."""
    tiny_llama().save_pretrained(tmp_path / "llama")
    tiny_tokenizer.save_pretrained(tmp_path / "llama")
    output = tmp_path / "model" / "model.json"
    settings = f'{{"path": "{tmp_path}/llama"}}'
    monkeypatch.setattr("sys.argv", ["prepare", "--settings", settings, "--output", str(output)])
    prepare()
    return output


@pytest.fixture
def table(tmp_path: Path, examples: list[Example]) -> Path:
    """The examples as a file."""
    write_table(tmp_path / "examples.parquet", to_table(examples), EXAMPLES)
    return tmp_path / "examples.parquet"
