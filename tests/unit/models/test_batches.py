"""Batches under a budget, and what happens where memory runs out."""

import pytest
import torch

from instructmining.models.batches import IGNORED, budget_batches, halve_on_out_of_memory, make_batch
from instructmining.models.prompt import Tokens


def test_batches_stay_under_the_budget_and_hold_everything_once() -> None:
    lengths = [5, 100, 7, 30, 30, 1, 64]
    batches = list(budget_batches(lengths, budget=128))
    assert sorted(sum(batches, [])) == list(range(7))
    assert all(max(lengths[i] for i in batch) * len(batch) <= 128 for batch in batches)


def test_one_longer_than_the_budget_goes_alone() -> None:
    assert list(budget_batches([300, 10], budget=100)) == [[0], [1]]


def test_labels_are_the_tokens_that_follow_and_only_of_the_response() -> None:
    batch = make_batch([Tokens([1, 2], [3, 4], False), Tokens([5], [6], False)], pad=0)
    assert batch.input_ids.tolist() == [[1, 2, 3, 4], [5, 6, 0, 0]]
    assert batch.labels.tolist() == [[IGNORED, 3, 4, IGNORED], [6, IGNORED, IGNORED, IGNORED]]


def test_labels_are_also_of_earlier_responses_where_these_are_learned() -> None:
    earlier = (True, True, False, True, False)
    batch = make_batch([Tokens([1, 2, 3, 4, 5], [6, 7], False, earlier), Tokens([1], [8], False)], pad=0)
    no = IGNORED  # 2, 4 and the response; 1 is learned in name only, as nothing comes before it
    assert batch.labels.tolist() == [[2, no, 4, no, 6, 7, no], [8, no, no, no, no, no, no]]


def test_a_batch_is_halved_until_it_fits_in_memory() -> None:
    sizes = []

    def run(items: list[int]) -> list[int]:
        sizes.append(len(items))
        if len(items) > 2:
            raise torch.OutOfMemoryError
        return [item * 10 for item in items]

    assert halve_on_out_of_memory([1, 2, 3, 4, 5], run) == [10, 20, 30, 40, 50]
    assert sizes == [5, 2, 3, 1, 2]


def test_memory_of_the_cpu_that_runs_out_halves_a_batch_too_and_other_errors_do_not() -> None:
    def run(items: list[int]) -> list[int]:
        return [item + len(torch.empty(2**60 if len(items) > 1 else 0)) for item in items]

    assert halve_on_out_of_memory([1, 2, 3], run) == [1, 2, 3]
    with pytest.raises(RuntimeError, match="must match"):
        halve_on_out_of_memory([1, 2, 3], lambda items: (torch.ones(2) + torch.ones(3)).tolist())


def test_a_single_example_that_does_not_fit_fails() -> None:
    with pytest.raises(torch.OutOfMemoryError):
        halve_on_out_of_memory([1], lambda items: (_ for _ in ()).throw(torch.OutOfMemoryError()))
