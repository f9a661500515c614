"""A run leaves its losses and a record of all that made them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from instructmining.example import EXAMPLES, Example
from instructmining.example import to_table as to_examples
from instructmining.files import file_hash, read_json, read_table, write_table
from instructmining.training import finetune_and_evaluate as module
from instructmining.training.evaluate import ResponseLoss
from instructmining.training.finetune_and_evaluate import PACKAGES, main, to_table
from instructmining.training.kept_losses import SHARED_JOB
from instructmining.training.losses import LOSSES
from tests.conftest import tool_example


@pytest.fixture
def run(model: Path, table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], dict[str, Any]]:
    """Runs the command into a folder of this name, with a store that its runs share; gives the record."""

    def into(name: str) -> dict[str, Any]:
        folder = tmp_path / name
        options = {
            "model-name": "tiny", "run": "007", "seed": 1, "model": model, "base-model": '{"template": "plain"}',
            "settings": '{"dtype": "fp32", "batch_size": 4, "epochs": 1}', "examples": table, "eval-sets": table,
            "roles": json.dumps({table.stem: "fit"}), "record": folder / "record.json",
            "losses": folder / "losses.parquet", "adapter": folder / "adapter", "store": tmp_path / "store",
        }  # fmt: skip
        arguments = [part for option, value in options.items() for part in (f"--{option}", str(value))]
        monkeypatch.setattr("sys.argv", ["finetune_and_evaluate", *arguments])
        main()
        return read_json(folder / "record.json")

    return into


def test_the_loss_of_every_example_goes_into_the_table(examples: list[Example]) -> None:
    table = to_table({"docs": examples[:2]}, {"docs": [ResponseLoss(1.5, 3), ResponseLoss(2.0, 4)]})
    assert table.to_pylist() == [
        {"eval_set": "docs", "id": examples[0].id, "loss": 1.5, "tokens": 3},
        {"eval_set": "docs", "id": examples[1].id, "loss": 2.0, "tokens": 4},
    ]


def test_a_record_is_the_same_whether_its_adapter_was_trained_or_kept(
    run: Callable[[str], Any], tmp_path: Path
) -> None:
    trained, kept = run("first"), run("second")
    times = [record.pop("timing") for record in (trained, kept)]
    assert trained == kept
    assert times[1]["training_seconds"] == times[0]["training_seconds"]
    losses = [read_table(tmp_path / name / "losses.parquet", LOSSES) for name in ("first", "second")]
    assert losses[0].equals(losses[1])


def test_in_a_repeated_job_of_several_what_was_finished_is_neither_trained_nor_evaluated(
    run: Callable[[str], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SHARED_JOB, "yes")
    first = run("first")
    monkeypatch.setattr(module, "tuned_model", lambda *_: pytest.fail("the model is loaded"))
    assert run("second") == first
    assert contents(tmp_path / "second") == contents(tmp_path / "first")


def test_in_a_job_of_its_own_a_fine_tune_that_is_forced_is_evaluated(
    run: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as shared:
        shared.setenv(SHARED_JOB, "yes")
        run("first")
    monkeypatch.setattr(module, "tuned_model", lambda *_: (_ for _ in ()).throw(ZeroDivisionError))
    with pytest.raises(ZeroDivisionError):
        run("second")


def contents(folder: Path) -> dict[Path, bytes]:
    """All files of a run."""
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_record_says_what_made_the_losses(
    run: Callable[[str], Any], table: Path, tmp_path: Path, examples: list[Example]
) -> None:
    record = run("only")
    assert (record["model"], record["run"], record["seed"]) == ("tiny", "007", 1)
    assert record["training"]["examples"] == len(examples)
    assert record["training"]["hash"] == record["eval_sets"][table.stem] == file_hash(table)
    assert (tmp_path / "store" / record["training"]["manifest"]).is_dir()
    assert set(record["packages"]) == set(PACKAGES)
    assert (record["steps"], len(record["history"])) == (4, 4)
    [(name, loss)] = record["losses"].items()
    assert (name, loss["role"], loss["examples"]) == (table.stem, "fit", len(examples))


def test_what_the_template_does_not_write_is_refused_before_the_model_is_loaded(
    run: Callable[[str], Any], table: Path, examples: list[Example], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "tuned_model", lambda *_: pytest.fail("the model is loaded"))
    write_table(table, to_examples([*examples, tool_example()]), EXAMPLES)
    with pytest.raises(ValueError, match=r"the template of tiny .plain. .* all that 34 examples have: .*tools in 2 of"):
        run("refused")
