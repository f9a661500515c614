"""The loss on an eval set: whatever the batches, and as both of its means."""

import numpy as np
import pytest

from instructmining.training.evaluate import ResponseLoss, evaluate, summarise
from tests.conftest import tiny_llama
from tests.unit.training.made import CONVERSATIONS


def test_evaluation_does_not_depend_on_the_batches() -> None:
    model = tiny_llama()
    one, many = (evaluate(model, CONVERSATIONS, budget, 0, "test") for budget in (1, 10_000))
    assert [item.loss for item in one] == pytest.approx([item.loss for item in many], abs=1e-5)


def test_both_means_of_a_loss() -> None:
    summary = summarise([ResponseLoss(2.0, 1), ResponseLoss(3.0, 3)], "fit")
    assert (summary["token_loss"], summary["example_loss"]) == (5 / 4, np.mean([2, 1]))
