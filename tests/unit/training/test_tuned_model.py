"""An adapter that was kept is used where it is exactly what training would give, and nowhere else."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import get_peft_model_state_dict
from safetensors.torch import load_file

from instructmining.example import EXAMPLES, Example, Message, make_example, to_table
from instructmining.files import write_table
from instructmining.training import tuned_model as module
from instructmining.training.checkpoint import Checkpoint
from instructmining.training.evaluate import evaluate
from instructmining.training.settings import Training
from instructmining.training.store import MANIFEST, WEIGHTS, Entry
from instructmining.training.tuned_model import TrainingTask, tuned_model
from tests.conftest import conversation
from tests.unit.training.made import CONVERSATIONS, stop_after

SETTINGS = Training(dtype="fp32", learning_rate=0.01, batch_size=4, epochs=1)


@pytest.fixture
def task(model: Path, table: Path) -> TrainingTask:
    return TrainingTask(model, {"template": "plain"}, SETTINGS, table, seed=0, threads=1)


@pytest.fixture
def trainings(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One entry for each training that took place."""
    taken: list[int] = []
    real: Callable[..., Any] = module.finetune

    def counted(*arguments: Any) -> Any:
        taken.append(1)
        return real(*arguments)

    monkeypatch.setattr(module, "finetune", counted)
    return taken


def entry(task: TrainingTask, store: Path) -> Entry:
    return Entry(store, task.manifest())


def losses(task: TrainingTask, store: Path) -> Any:
    """What a run gives, but for its times."""
    model, _, trained = tuned_model(task, entry(task, store), 10)
    return evaluate(model.eval(), CONVERSATIONS, 64, 0, "x"), replace(trained, seconds=0, seconds_before=0)


def test_a_kept_adapter_gives_the_same_losses_without_training(
    task: TrainingTask, tmp_path: Path, trainings: list[int]
) -> None:
    first, second = (losses(task, tmp_path / "store") for _ in range(2))
    assert first == second
    assert len(trainings) == 1


def test_a_kept_adapter_knows_what_its_training_took(task: TrainingTask, tmp_path: Path) -> None:
    first, second = (tuned_model(task, entry(task, tmp_path / "store"), 10)[2] for _ in range(2))
    assert (first.seconds_before, second.seconds_before) == (0, first.seconds)
    assert second.seconds == first.seconds > 0


@pytest.mark.parametrize(
    "changes", [{"seed": 1}, {"base_model": {"template": "alpaca"}}, {"settings": SETTINGS.model_copy(update={"learning_rate": 0.02})}]
)  # fmt: skip
def test_an_adapter_of_another_training_is_not_used(
    task: TrainingTask, tmp_path: Path, trainings: list[int], changes: dict[str, Any]
) -> None:
    losses(task, tmp_path / "store")
    other = replace(task, **changes)
    assert losses(other, tmp_path / "store") == losses(other, tmp_path / "fresh")
    assert len(trainings) == 3


def test_other_examples_other_code_and_another_model_are_another_training(
    task: TrainingTask, examples: list[Example], monkeypatch: pytest.MonkeyPatch
) -> None:
    manifests = [task.manifest()]
    write_table(task.examples, to_table([*examples, conversation("one more", "the cat")]), EXAMPLES)
    manifests.append(task.manifest())
    monkeypatch.setattr(module, "fingerprint", lambda *names: "edited")
    manifests.append(task.manifest())
    text = task.model.read_text()
    task.model.write_text(text.replace('"hash": "', '"hash": "0'))
    manifests.append(task.manifest())
    assert all(a != b for i, a in enumerate(manifests) for b in manifests[:i])


def test_how_often_checkpoints_are_written_is_no_part_of_it(task: TrainingTask) -> None:
    often = replace(task, settings=SETTINGS.model_copy(update={"checkpoint_minutes": 0}))
    assert often.manifest() == task.manifest()


def test_a_setting_that_is_not_given_and_a_package_that_changes_no_number_are_no_part_of_it(task: TrainingTask) -> None:
    assert task.manifest()["settings"] == SETTINGS.model_dump(exclude_unset=True)
    assert set(task.manifest()["packages"]) == {"torch", "transformers", "peft"}
    quantised = replace(task, settings=SETTINGS.model_copy(update={"quantisation": "nf4"}))
    assert set(quantised.manifest()["packages"]) == {"torch", "transformers", "peft", "bitsandbytes"}


@pytest.mark.parametrize("name", [WEIGHTS, MANIFEST])
def test_an_adapter_that_is_not_whole_is_not_used(
    task: TrainingTask, tmp_path: Path, trainings: list[int], name: str, caplog: pytest.LogCaptureFixture
) -> None:
    first = losses(task, tmp_path / "store")
    kept = entry(task, tmp_path / "store")
    path = kept.folder / name
    path.write_bytes(path.read_bytes()[:-10])
    with caplog.at_level("INFO"):
        assert losses(task, tmp_path / "store") == first
    assert "cannot be used" in caplog.text and "training again" in caplog.text
    assert len(trainings) == 2
    assert kept.find() is not None, "it has taken the place of the damaged one"


def test_an_adapter_that_is_missing_is_trained(task: TrainingTask, tmp_path: Path, trainings: list[int]) -> None:
    losses(task, tmp_path / "store")
    shutil.rmtree(tmp_path / "store")
    losses(task, tmp_path / "store")
    assert len(trainings) == 2


def test_a_job_goes_on_with_the_adapter_that_another_kept_while_it_trained(
    task: TrainingTask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A training on another device comes to other weights: what is measured is what is kept."""
    kept = entry(task, tmp_path / "store")
    real = module.train

    def overtaken(model: Any, tokenizer: Any, *others: Any) -> Any:
        found = real(model, tokenizer, *others)
        with torch.no_grad():
            next(p for p in model.parameters() if p.requires_grad).add_(1)
        assert kept.keep(model.save_pretrained, replace(found, device="another"))
        with torch.no_grad():
            next(p for p in model.parameters() if p.requires_grad).sub_(5)
        return found

    monkeypatch.setattr(module, "train", overtaken)
    model, _, trained = tuned_model(task, kept, 10)
    assert trained.device == "another"
    weights = load_file(kept.folder / WEIGHTS)
    assert all(torch.equal(value, weights[name]) for name, value in get_peft_model_state_dict(model).items())


def test_a_training_that_was_stopped_goes_on_from_the_stores_checkpoint(
    task: TrainingTask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    kept = entry(task, tmp_path / "store")
    with monkeypatch.context() as patch, pytest.raises(SystemExit):
        stop_after(patch, 2)
        tuned_model(task, kept, 10)
    assert [path.name for path in (tmp_path / "store").iterdir()] == [kept.checkpoint.name]
    with caplog.at_level("INFO"):
        resumed = losses(task, tmp_path / "store")
    assert "resuming after step 2" in caplog.text
    assert resumed == losses(task, tmp_path / "fresh")


def test_no_checkpoint_is_left(task: TrainingTask, tmp_path: Path) -> None:
    kept = entry(task, tmp_path / "store")
    tuned_model(task, kept, 0)
    assert list((tmp_path / "store").iterdir()) == [kept.folder]


def test_training_learns_the_turns_of_the_config_and_losses_are_of_the_last(
    task: TrainingTask, tiny_tokenizer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns = [("user", "why"), ("assistant", "the cat"), ("user", "how"), ("assistant", "fast")]
    several = make_example([Message(role=role, content=text) for role, text in turns], "made", "messages", {})
    write_table(task.examples, to_table([several]), EXAMPLES)
    learned: list[Any] = []
    monkeypatch.setattr(module, "finetune", lambda model, conversations, *_: learned.append(conversations[0]) or [])
    for setting in ("last", "all"):
        settings = SETTINGS.model_copy(update={"turns": setting})
        module.train(None, tiny_tokenizer, replace(task, settings=settings), Checkpoint(Path("x"), "", 10))
    assert [tokens.learned for tokens in learned] == [2, 5]
    assert module.tokens_of(replace(task, settings=settings), [several], tiny_tokenizer)[0].learned == 2
