"""A task of the user's own on local data, and an untrained Llama to measure."""

import json
from pathlib import Path
from typing import Any

import datasets
import pytest

from instructmining.comparison.adapters import TunedModel
from instructmining.comparison.benchmarks.settings import Benchmarks, BenchmarkTask
from instructmining.comparison.result import ModelOrigin
from tests.conftest import WORDS


def write_task(folder: Path) -> Benchmarks:
    """Eight questions with two choices each, and two worked examples."""
    questions = [{"question": f"what is the {WORDS[i]}", "answer": i % 2} for i in range(10)]
    for name, rows in {"shots": questions[8:], "questions": questions[:8]}.items():
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "tasks").mkdir()
    (folder / "tasks" / "colours.yaml").write_text(f"""\
task: colours
dataset_path: json
dataset_kwargs: {{data_files: {{train: {folder}/shots.jsonl, test: {folder}/questions.jsonl}}}}
output_type: multiple_choice
training_split: train
test_split: test
doc_to_text: "{{{{question}}}} ."
doc_to_target: answer
doc_to_choice: [red, blue]
metric_list: [{{metric: acc, aggregation: mean, higher_is_better: true}}]
metadata: {{version: 3}}
""")
    return Benchmarks(tasks={"colours": BenchmarkTask()}, include=str(folder / "tasks"))


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Benchmarks:
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    return write_task(tmp_path)


@pytest.fixture
def untrained(tiny_model: Any, tiny_tokenizer: Any) -> TunedModel:
    return TunedModel(tiny_model, tiny_tokenizer, "plain", ModelOrigin("tiny", "new.random", 0, {}, ""))
