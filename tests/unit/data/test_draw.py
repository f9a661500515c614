"""Random draws: uniform, in order, and given by the seed and a name alone."""

import numpy as np

from instructmining.data.draw import draw, seeded
from tests.unit.data.made import example


def test_a_draw_is_uniform():
    examples = [example(f"{number}") for number in range(5)]
    generator = np.random.default_rng(0)
    counts = dict.fromkeys((item.id for item in examples), 0)
    for _ in range(2000):
        for item in draw(examples, 2, generator):
            counts[item.id] += 1
    assert all(abs(count - 800) < 100 for count in counts.values())


def test_a_draw_keeps_the_order_and_takes_all_where_the_limit_is_not_reached() -> None:
    examples = [example(f"{number}") for number in range(20)]
    drawn = draw(iter(examples), 5, np.random.default_rng(0))
    assert drawn == sorted(drawn, key=examples.index) and len(drawn) == 5
    assert draw(iter(examples), 50, np.random.default_rng(0)) == examples


def test_random_numbers_belong_to_a_seed_and_a_name() -> None:
    first, again, other_seed, other_name = (
        seeded(*key).random() for key in [(0, "dolly"), (0, "dolly"), (1, "dolly"), (0, "alpaca")]
    )
    assert first == again
    assert len({first, other_seed, other_name}) == 3
