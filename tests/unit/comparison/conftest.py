"""A tuned model that tests share, as it takes seconds to make."""

import json
from pathlib import Path
from typing import Any

import pytest

from instructmining.comparison.adapters import TunedModel, load_tuned
from instructmining.example import EXAMPLES, to_table
from instructmining.files import write_table
from instructmining.models.prepare import main as prepare
from instructmining.training.finetune_and_evaluate import main as finetune
from tests.conftest import conversation, tiny_llama
from tests.unit.comparison.commands import command


@pytest.fixture(scope="session")
def tuned_run(tmp_path_factory: pytest.TempPathFactory, tiny_tokenizer: Any) -> Path:
    """A folder with a base model and one finished run."""
    folder = tmp_path_factory.mktemp("run")
    tiny_llama().save_pretrained(folder / "llama")
    tiny_tokenizer.save_pretrained(folder / "llama")
    examples = [conversation(f"what is {word}", f"{word} is red and blue") for word in ("sky", "sea", "cat")]
    write_table(folder / "docs.parquet", to_table(examples), EXAMPLES)
    with pytest.MonkeyPatch.context() as patch:
        command(patch, "prepare", settings=json.dumps({"path": f"{folder}/llama"}), output=folder / "model/model.json")
        prepare()
        training = {"dtype": "fp32", "learning_rate": 0.02, "batch_size": 1, "epochs": 2}
        command(
            patch, "finetune", model_name="tiny", run="new.selected", seed=0, model=folder / "model/model.json",
            base_model='{"template": "plain"}', settings=json.dumps(training), examples=folder / "docs.parquet",
            eval_sets=folder / "docs.parquet", roles='{"docs": "test"}', record=folder / "record.json",
            losses=folder / "losses.parquet", adapter=folder / "adapter", store=folder / "store",
        )  # fmt: skip
        finetune()
    return folder


@pytest.fixture(scope="session")
def tuned(tuned_run: Path) -> TunedModel:
    """The tuned model of that run."""
    return load_tuned(tuned_run / "record.json", tuned_run / "adapter", tuned_run / "model/model.json")
