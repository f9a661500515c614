import numpy as np
import pytest

from instructmining.comparison.match_tokens import steps_for
from instructmining.training.finetune import example_order

LENGTHS = np.random.default_rng(0).integers(5, 60, 30).tolist()


def seen(steps, seed, batch=4):
    order = example_order(len(LENGTHS), seed)
    return sum(LENGTHS[next(order)] for _ in range(steps * batch))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("tokens", [200, 1000, 5000])
def test_no_other_number_of_steps_comes_nearer_to_the_tokens(tokens, seed):
    nearest = min(range(1, 100), key=lambda steps: abs(seen(steps, seed) - tokens))
    assert steps_for(tokens, LENGTHS, 4, seed) == nearest


def test_there_is_at_least_one_step():
    assert steps_for(1, LENGTHS, 4, 0) == 1


def test_a_set_that_is_smaller_than_a_batch_is_a_batch():
    assert steps_for(60, [10, 10], 4, 0) == 3


def test_of_no_examples_no_batch_is_drawn():
    assert steps_for(60, [], 4, 0) == 1
