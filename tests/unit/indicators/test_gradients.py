"""Gradients of single examples, against plain autograd."""

from typing import Any

import numpy as np
import pytest
import torch

from instructmining.indicators import gradients as module
from instructmining.indicators.gradients import Sketch, gradient_scorer, linear_layers, mean_losses, unit_rows
from instructmining.indicators.settings import InfluenceScorer
from instructmining.models.batches import make_batch
from instructmining.models.prompt import Tokens
from instructmining.training.finetune import add_adapter, finetune
from instructmining.training.settings import Lora, Training
from tests.conftest import tiny_llama

TRAINING = Training(dtype="fp32", learning_rate=0.01, batch_size=4, epochs=1, micro_batch_tokens=64)
CONVERSATIONS = [Tokens([1, 5 + i, 6], [7, 8 + i, 2][: 1 + i % 3], False) for i in range(5)]


@pytest.fixture(scope="module")
def warm() -> Any:
    """A tiny model with an adapter that was tuned a little, so that no half of it is zero."""
    model = add_adapter(tiny_llama(), TRAINING, 0)
    finetune(model, CONVERSATIONS, TRAINING, 0, pad=0)
    return model


def sketch_by_autograd(model: Any, tokens: Tokens, sketch: Sketch) -> torch.Tensor:
    """The projection of the gradient that a backward pass over one example leaves."""
    model.zero_grad()
    whole = torch.tensor([tokens.prompt + tokens.response])
    labels = torch.tensor([[-100] * len(tokens.prompt) + tokens.response])
    model(whole, labels=labels).loss.backward()
    total = torch.zeros(sketch.dimensions)
    for layer, places, signs in zip(sketch.layers, sketch.places, sketch.signs, strict=True):
        np.add.at(total.numpy(), places.numpy(), (layer.weight.grad.flatten() * signs).numpy())
    return total


def test_the_gradients_of_a_batch_are_those_that_autograd_gives_one_by_one(warm: Any) -> None:
    sketch = Sketch(linear_layers(warm), 256)
    together = sketch.of(warm, make_batch(CONVERSATIONS, pad=0))
    alone = torch.stack([sketch_by_autograd(warm, tokens, sketch) for tokens in CONVERSATIONS])
    torch.testing.assert_close(together, alone, atol=1e-6, rtol=1e-4)


def test_a_projection_keeps_cosines(warm: Any) -> None:
    """The error is about 1 / root of the dimensions: 0.016 here, and four of these are far out."""
    layers = linear_layers(warm)
    exact = []
    for tokens in CONVERSATIONS:
        warm.zero_grad()
        mean_losses(warm, make_batch([tokens], pad=0)).sum().backward()
        exact.append(torch.cat([layer.weight.grad.flatten() for layer in layers]))
    true = unit_rows(torch.stack(exact))
    kept = unit_rows(Sketch(layers, 4096).of(warm, make_batch(CONVERSATIONS, pad=0)))
    torch.testing.assert_close(kept @ kept.T, true @ true.T, atol=0.07, rtol=0)


def test_the_vectors_have_length_one_and_do_not_depend_on_the_batches(
    warm: Any, tiny_tokenizer: Any, examples: Any
) -> None:
    def vectors(batch_tokens: int) -> np.ndarray:
        settings = InfluenceScorer(model="tiny", dtype="fp32", dimensions=64, max_tokens=20, batch_tokens=batch_tokens)
        scores = gradient_scorer(warm.eval(), tiny_tokenizer, "plain", settings)(examples)
        assert sum(scores.truncated["influence"]) > 0
        return np.array(scores.embeddings.to_pylist(), dtype=float)

    one_by_one, together = vectors(16), vectors(512)
    assert np.linalg.norm(together, axis=1) == pytest.approx(np.ones(len(examples)), abs=1e-3)
    assert together == pytest.approx(one_by_one, abs=2e-3)


def test_a_gradient_of_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="gradient of an example is zero or not finite"):
        unit_rows(torch.zeros(1, 4))


def test_an_adapter_with_other_parameters_than_linear_weights_is_refused() -> None:
    embedded = add_adapter(tiny_llama(), TRAINING.model_copy(update={"lora": Lora(targets=["embed_tokens"])}), 0)
    with pytest.raises(ValueError, match=r"influence needs an adapter of linear layers.*embed"):
        linear_layers(embedded)


def test_half_precision_is_enough_for_a_cosine() -> None:
    vectors = unit_rows(torch.randn(2, 4096, generator=torch.Generator().manual_seed(0)))
    kept = np.array(module.to_halves(vectors).to_pylist(), dtype=float)
    assert kept[0] @ kept[1] == pytest.approx(float(vectors[0] @ vectors[1]), abs=1e-4)
