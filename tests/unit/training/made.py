"""What the tests of training share: settings, conversations, and a signal that arrives in the middle of a step."""

import os
import signal
from typing import Any

import pytest

from instructmining.models.prompt import Tokens
from instructmining.training import finetune as module
from instructmining.training.settings import Training

SETTINGS = Training(dtype="fp32", learning_rate=0.01, batch_size=4, epochs=2, micro_batch_tokens=64)
CONVERSATIONS = [Tokens([1, 5 + i, 6], [7, 8 + i % 3, 2], False) for i in range(8)] + [Tokens([1] * 9, [4] * 12, False)]


def stop_after(monkeypatch: pytest.MonkeyPatch, steps: int) -> None:
    """SIGTERM arrives in the middle of a step."""
    real, taken = module.accumulate_gradients, iter(range(1, 1000))

    def step_with_signal(*arguments: Any) -> float:
        if next(taken) == steps:
            os.kill(os.getpid(), signal.SIGTERM)
        return real(*arguments)

    monkeypatch.setattr(module, "accumulate_gradients", step_with_signal)
