"""Fine-tuning and evaluation: exact where they can be, and the same twice."""

from pathlib import Path
from typing import Any

import pytest
import torch

from instructmining.training import finetune as module
from instructmining.training.finetune import accumulate_gradients, add_adapter, count_steps, example_order, finetune
from instructmining.training.settings import Training
from tests.conftest import tiny_llama
from tests.unit.training.made import CONVERSATIONS, SETTINGS


def tuned(seed: int = 0, settings: Training = SETTINGS) -> tuple[Any, list[float]]:
    """A tuned tiny model and its losses by step."""
    model = add_adapter(tiny_llama(), settings, seed)
    return model, [step.loss for step in finetune(model, CONVERSATIONS, settings, seed, pad=0)]


def gradients(model: Any) -> dict[str, torch.Tensor]:
    return {name: p.grad.clone() for name, p in model.named_parameters() if p.grad is not None}


def trainable(model: Any) -> dict[str, torch.Tensor]:
    return {name: p.detach().clone() for name, p in model.named_parameters() if p.requires_grad}


def test_the_gradient_does_not_depend_on_the_micro_batches() -> None:
    found = []
    for budget in (10_000, 30):
        model = add_adapter(tiny_llama(), SETTINGS, 0)
        accumulate_gradients(model, CONVERSATIONS, budget, pad=0)
        found.append(gradients(model))
    for name, gradient in found[0].items():
        torch.testing.assert_close(found[1][name], gradient, atol=1e-6, rtol=1e-5)


def test_the_gradient_is_that_of_the_mean_loss_per_response_token() -> None:
    model = add_adapter(tiny_llama(), SETTINGS, 0)
    loss = accumulate_gradients(model, CONVERSATIONS, 10_000, pad=0)
    mine = gradients(model)
    model.zero_grad()
    total = sum(
        model(
            torch.tensor([c.prompt + c.response]), labels=torch.tensor([[-100] * len(c.prompt) + c.response])
        ).loss * len(c.response)
        for c in CONVERSATIONS
    )  # fmt: skip
    expected = total / sum(len(c.response) for c in CONVERSATIONS)
    expected.backward()
    assert loss == pytest.approx(expected.item(), abs=1e-6)
    for name, gradient in gradients(model).items():
        torch.testing.assert_close(mine[name], gradient, atol=1e-6, rtol=1e-5)


def test_running_out_of_memory_takes_the_same_step_with_smaller_micro_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = add_adapter(tiny_llama(), SETTINGS, 0)
    accumulate_gradients(whole, CONVERSATIONS, 30, pad=0)
    real, model = module.response_losses, add_adapter(tiny_llama(), SETTINGS, 0)

    def small_only(model: Any, batch: Any) -> torch.Tensor:
        if batch.input_ids.numel() > 30:
            raise torch.OutOfMemoryError
        return real(model, batch)

    monkeypatch.setattr(module, "response_losses", small_only)
    accumulate_gradients(model, CONVERSATIONS, 120, pad=0)
    for name, gradient in gradients(whole).items():
        torch.testing.assert_close(gradients(model)[name], gradient, atol=1e-6, rtol=1e-5)


def test_tuning_lowers_the_loss_and_only_the_adapter_changes() -> None:
    base = tiny_llama()
    model, losses = tuned()
    assert losses[-1] < losses[0]
    assert torch.equal(model.get_base_model().model.embed_tokens.weight, base.model.embed_tokens.weight)


def test_the_adapters_of_the_last_steps_are_averaged() -> None:
    """With a constant learning rate the adapter after two of three steps is the one that two steps give."""
    constant = SETTINGS.model_copy(update={"schedule": "constant", "warmup": 0.0})
    two, three, mean = (
        trainable(tuned(settings=constant.model_copy(update=change))[0])
        for change in ({"steps": 2}, {"steps": 3}, {"steps": 3, "average": 2})
    )
    for name, parameter in mean.items():
        torch.testing.assert_close(parameter, (two[name] + three[name]) / 2)
    assert any(not torch.equal(mean[name], three[name]) for name in mean)


def test_without_examples_the_base_model_stays_as_it_is() -> None:
    base = tiny_llama()
    tokens = torch.tensor([[1, 5, 6, 7]])
    before = base(tokens).logits
    model = add_adapter(base, SETTINGS, 0)
    assert finetune(model, [], SETTINGS.model_copy(update={"steps": 3}), 0, pad=0) == []
    assert torch.equal(model(tokens).logits, before)


def test_the_same_seed_gives_the_same_losses_and_another_seed_others() -> None:
    assert tuned(seed=1)[1] == tuned(seed=1)[1]
    assert tuned(seed=1)[1] != tuned(seed=2)[1]


@pytest.mark.parametrize(
    ("examples", "changes", "steps"),
    [(64, {"epochs": 1, "batch_size": 8}, 8), (65, {"epochs": 1, "batch_size": 8}, 9), (3, {"epochs": 2}, 2), (9, {"steps": 5}, 5)],
)  # fmt: skip
def test_steps_follow_from_epochs_and_batch_size(examples: int, changes: dict[str, Any], steps: int) -> None:
    assert count_steps(examples, SETTINGS.model_copy(update=changes)) == steps


def test_every_epoch_sees_every_example_once() -> None:
    order = example_order(5, seed=0)
    epochs = [[next(order) for _ in range(5)] for _ in range(3)]
    assert [sorted(epoch) for epoch in epochs] == [[0, 1, 2, 3, 4]] * 3


def test_a_loss_that_is_not_finite_stops_the_run() -> None:
    model = add_adapter(tiny_llama(), SETTINGS, 0)
    torch.nn.init.constant_(model.get_base_model().lm_head.weight, float("nan"))
    with pytest.raises(FloatingPointError, match=r"lower training\.learning_rate"):
        finetune(model, CONVERSATIONS, SETTINGS, 0, pad=0)


@pytest.mark.parametrize("quantisation", ["nf4", "int8"])
def test_a_quantised_base_model_can_be_tuned(tmp_path: Path, quantisation: str) -> None:
    from instructmining.models.load import load_base_model

    tiny_llama().save_pretrained(tmp_path)
    settings = SETTINGS.model_copy(update={"quantisation": quantisation})
    model = add_adapter(load_base_model(tmp_path, "fp32", settings.quantisation), settings, 0)
    losses = [step.loss for step in finetune(model, CONVERSATIONS, settings, 0, pad=0)]
    assert losses[-1] < losses[0]
