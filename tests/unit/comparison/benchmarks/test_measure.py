"""A tiny Llama on a task of the user's own, beside the same computed by hand."""

import pandas as pd
import pytest
import torch

from instructmining.comparison.adapters import TunedModel
from instructmining.comparison.benchmarks.measure import measure, to_measure
from instructmining.comparison.benchmarks.settings import Benchmarks, BenchmarkTask
from instructmining.comparison.benchmarks.tasks import task_manager
from tests.conftest import WORDS

COLOURS = ["red", "blue"]


def by_hand(model: TunedModel, questions: list[str]) -> list[int]:
    """Which of the two colours is the likelier next word."""
    chosen = []
    for question in questions:
        tokens = model.tokenizer(f"{question} .", return_tensors="pt")["input_ids"]
        with torch.inference_mode():
            logits = model.model(input_ids=tokens).logits[0, -1]
        chosen.append(int(logits[model.tokenizer.convert_tokens_to_ids(COLOURS)].argmax()))
    return chosen


def test_a_task_of_the_users_own_is_measured_as_by_hand(settings: Benchmarks, untrained: TunedModel) -> None:
    result = measure(untrained, settings, task_manager(settings))["colours"]
    chosen = by_hand(untrained, [f"what is the {WORDS[i]}" for i in range(8)])
    right = pd.Series([choice == i % 2 for i, choice in enumerate(chosen)])
    assert result.value == right.mean()
    assert result.stderr == pytest.approx(right.astype(float).sem())
    assert (result.questions, result.of, result.version, result.fewshot) == (8, 8, "3", 0)


def test_limit_and_shots_are_recorded_as_they_were(settings: Benchmarks, untrained: TunedModel) -> None:
    limited = settings.model_copy(update={"limit": 3, "tasks": {"colours": BenchmarkTask(fewshot=2)}})
    result = measure(untrained, limited, task_manager(limited))["colours"]
    assert (result.questions, result.of, result.fewshot) == (3, 8, 2)


def test_another_number_of_shots_than_asked_for_is_refused() -> None:
    found = {
        "results": {"t": {"acc,none": 0.5}},
        "n-shot": {"t": 0},
        "n-samples": {"t": {"effective": 1, "original": 1}},
    }
    with pytest.raises(ValueError, match=r"5-shot is asked for .* sets \[0\]"):
        to_measure(found, "t", BenchmarkTask(fewshot=5))
