"""Losses of responses against a plain reference."""

import math
from typing import Any

import pytest
import torch

from instructmining.models.batches import make_batch
from instructmining.models.likelihood import head_only_at, response_losses, summed_losses
from instructmining.models.prompt import Tokens, tokenize


def plain_loss(model: Any, tokens: Tokens) -> float:
    """The loss of one response, unbatched, with the full logits: the reference."""
    ids = torch.tensor([tokens.prompt + tokens.response])
    log_probabilities = model(ids).logits[0, :-1].log_softmax(-1)
    predicted = range(len(tokens.prompt) - 1, len(tokens) - 1)
    return -sum(log_probabilities[position, ids[0, position + 1]].item() for position in predicted)


def test_losses_equal_the_unbatched_reference(examples: Any, tiny_model: Any, tiny_tokenizer: Any) -> None:
    conversations = [tokenize(example.messages, tiny_tokenizer, "plain", 100) for example in examples]
    batched = summed_losses(tiny_model, make_batch(conversations, pad=3))
    assert batched == pytest.approx([plain_loss(tiny_model, tokens) for tokens in conversations], abs=1e-5)


def test_the_head_runs_at_the_responses_alone(tiny_model: Any) -> None:
    batch = make_batch([Tokens([1, 2, 3, 4], [5], False), Tokens([1], [6, 7], False)], pad=0)
    assert response_losses(tiny_model, batch).shape == (3,)
    assert tiny_model(batch.input_ids).logits.shape == (2, 5, 64)


def test_a_uniform_model_has_the_loss_of_the_vocabularys_logarithm() -> None:
    from tests.conftest import tiny_llama

    model = tiny_llama()
    torch.nn.init.zeros_(model.lm_head.weight)
    assert summed_losses(model, make_batch([Tokens([1], [2, 3], False)], 0)) == pytest.approx([2 * math.log(64)])


def test_the_head_sees_all_again_after_an_error(tiny_model: Any) -> None:
    ids = torch.tensor([[1, 2, 3]])
    with pytest.raises(RuntimeError, match="stop"), head_only_at(tiny_model, ids > 2):
        raise RuntimeError("stop")
    assert tiny_model(ids).logits.shape == (1, 3, 64)
