"""From each bin of lengths, as many of the first of an order as the baseline has there."""

from collections import Counter

import numpy as np
import pytest

from instructmining.comparison.match_lengths import match_lengths


def made_pool() -> tuple[list[str], dict[str, float], list[str]]:
    """An order that prefers long responses, the lengths, and a random draw of 40 of 400."""
    generator = np.random.default_rng(0)
    lengths = {f"{i:03}": float(words) for i, words in enumerate(generator.lognormal(3, 1, 400).round())}
    order = sorted(lengths, key=lambda name: -lengths[name] + generator.normal(0, 20))
    return order, lengths, generator.choice(sorted(lengths), 40, replace=False).tolist()


def bins_of(names: list[str], lengths: dict[str, float], baseline: list[str]) -> dict[str, int]:
    """The number of the bin of each, told apart by comparing with the quantiles of the baseline one by one."""
    drawn = [lengths[name] for name in baseline]
    ends = {np.percentile(drawn, 100 * i / 8) for i in range(1, 8)}
    within = [name for name in names if min(drawn) <= lengths[name] <= max(drawn)]
    return {name: sum(lengths[name] > end for end in ends) for name in within}


def test_the_histogram_of_lengths_is_the_baselines_and_the_best_within_a_bin_are_taken() -> None:
    order, lengths, baseline = made_pool()
    taken, bins = match_lengths(order, lengths, baseline), bins_of(order, lengths, baseline)
    counts = Counter(bins[name] for name in baseline)
    assert len(counts) == 8 and Counter(bins[name] for name in taken) == counts
    best = [[name for name in order if bins.get(name) == number][:count] for number, count in counts.items()]
    assert set(taken) == {name for names in best for name in names}


def test_lengths_come_near_where_the_order_alone_would_not() -> None:
    order, lengths, baseline = made_pool()
    taken, first, drawn = (
        np.mean([lengths[name] for name in names])
        for names in (match_lengths(order, lengths, baseline), order[:40], baseline)
    )
    assert abs(taken - drawn) < 0.15 * abs(first - drawn)


def test_a_bin_that_the_baseline_took_whole_is_taken_whole() -> None:
    assert set(match_lengths("abcdef", dict(zip("abcdef", (9, 9, 1, 1, 1, 1), strict=True)), ["a", "b", "f"])) == {
        *"abc"
    }


def test_equal_lengths_leave_the_order_alone() -> None:
    assert match_lengths("dcba", dict.fromkeys("abcd", 3.0), ["a", "b"]) == ["d", "c"]


def test_a_draw_of_another_pool_is_refused() -> None:
    with pytest.raises(ValueError, match="1 of 2 examples of the baseline, as x, are not in the pool"):
        match_lengths("ab", {"a": 1.0, "b": 2.0}, ["a", "x"])
