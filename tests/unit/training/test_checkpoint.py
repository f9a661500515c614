"""A fine-tune that is ended early goes on where it was, and ends as if it had never stopped."""

from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import safe_open

from instructmining.training import checkpoint as checkpoint_module
from instructmining.training import finetune as module
from instructmining.training.checkpoint import STOPPED, Checkpoint
from instructmining.training.finetune import add_adapter, finetune
from instructmining.training.settings import Lora, Training
from instructmining.training.step import Step
from tests.conftest import tiny_llama
from tests.unit.training.made import CONVERSATIONS, SETTINGS, stop_after

DROPOUT = SETTINGS.model_copy(update={"lora": Lora(dropout=0.3)})


def train(settings: Training, checkpoint: Checkpoint | None = None, seed: int = 0) -> tuple[Any, list[Step]]:
    model = add_adapter(tiny_llama(), settings, seed)
    return model, finetune(model, CONVERSATIONS, settings, seed, 0, checkpoint)


def train_until_stopped(
    monkeypatch: pytest.MonkeyPatch, settings: Training, checkpoint: Checkpoint, steps: int
) -> None:
    with monkeypatch.context() as patch, pytest.raises(SystemExit) as stopped, checkpoint.saving_on_sigterm():
        stop_after(patch, steps)
        train(settings, checkpoint)
    assert stopped.value.code == STOPPED


@pytest.mark.parametrize(
    "settings",
    [
        SETTINGS,
        DROPOUT,
        SETTINGS.model_copy(update={"weight_decay": 0.1, "schedule": "linear"}),
        SETTINGS.model_copy(update={"average": 5}),
    ],
)
@pytest.mark.parametrize("steps", [1, 3])
def test_a_training_that_was_stopped_ends_exactly_as_one_that_was_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Training, steps: int
) -> None:
    whole, history = train(settings)
    checkpoint = Checkpoint(tmp_path / "checkpoint.safetensors", "hash", every_minutes=10)
    train_until_stopped(monkeypatch, settings, checkpoint, steps)
    torch.manual_seed(99)
    resumed, again = train(settings, Checkpoint(checkpoint.path, "hash", every_minutes=10))
    assert again == history
    for (name, expected), (_, found) in zip(whole.named_parameters(), resumed.named_parameters(), strict=True):
        assert torch.equal(found, expected), name


def test_only_the_steps_that_were_left_are_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checkpoint = Checkpoint(tmp_path / "c.safetensors", "hash", every_minutes=10)
    train_until_stopped(monkeypatch, SETTINGS, checkpoint, 3)
    taken = []
    real = module.accumulate_gradients
    monkeypatch.setattr(module, "accumulate_gradients", lambda *a: taken.append(1) or real(*a))  # type: ignore[func-returns-value]
    resumed = Checkpoint(checkpoint.path, "hash", every_minutes=10)
    _, history = train(SETTINGS, resumed)
    assert len(taken) == len(history) - 3
    assert 0 < resumed.seconds_before < resumed.seconds()


def test_a_checkpoint_is_written_every_so_often(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path / "c.safetensors", "hash", every_minutes=0)
    _, history = train(SETTINGS, checkpoint)
    with safe_open(checkpoint.path, framework="pt") as file:
        assert file.metadata()["history"].count("loss") == len(history)
    rare = Checkpoint(tmp_path / "rare.safetensors", "hash", every_minutes=10)
    train(SETTINGS, rare)
    assert not rare.path.exists()


def test_a_checkpoint_of_other_settings_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checkpoint = Checkpoint(tmp_path / "c.safetensors", "hash", every_minutes=10)
    train_until_stopped(monkeypatch, SETTINGS, checkpoint, 3)
    other = SETTINGS.model_copy(update={"learning_rate": 0.02})
    assert train(other, Checkpoint(checkpoint.path, "other hash", 10))[1] == train(other)[1]


def test_a_checkpoint_that_is_not_whole_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checkpoint = Checkpoint(tmp_path / "c.safetensors", "hash", every_minutes=10)
    train_until_stopped(monkeypatch, SETTINGS, checkpoint, 3)
    checkpoint.path.write_bytes(checkpoint.path.read_bytes()[:-100])
    assert train(SETTINGS, Checkpoint(checkpoint.path, "hash", every_minutes=10))[1] == train(SETTINGS)[1]


def test_removing_it_takes_what_a_killed_process_left(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path / "c.safetensors", "hash", every_minutes=0)
    train(SETTINGS, checkpoint)
    (tmp_path / ".c.safetensors.123.tmp").touch()
    checkpoint.remove()
    assert list(tmp_path.iterdir()) == []


def test_another_job_that_ends_the_same_training_and_clears_up_ends_nothing_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, checkpoint = checkpoint_module.save_file, Checkpoint(tmp_path / "c.safetensors", "hash", every_minutes=0)

    def cleared_up_while_written(tensors: Any, path: Path, metadata: Any) -> None:
        real(tensors, path, metadata=metadata)
        Checkpoint(checkpoint.path, "hash", every_minutes=0).remove()

    monkeypatch.setattr(checkpoint_module, "save_file", cleared_up_while_written)
    assert train(SETTINGS, checkpoint)[1] == train(SETTINGS)[1]
    assert list(tmp_path.iterdir()) == []
