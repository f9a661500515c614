"""Intervals and p-values beside those of scipy and of statsmodels, and in simulations whose truth is known."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.formula.api import ols
from statsmodels.stats.anova import anova_lm

from instructmining.comparison.intervals import (
    LOWEST_P,
    LossDifferences,
    Mean,
    Part,
    corrected_confidence,
    over_seeds,
    over_seeds_and_examples,
    p_value,
    vary,
)
from instructmining.holm import holm


def test_the_interval_over_seeds_is_that_of_a_t_test():
    values = [0.1, 0.3, 0.25, 0.05]
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.9)
    found = over_seeds(values, 0.9)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


def test_where_seeds_alone_vary_the_interval_is_that_of_a_t_test_over_seeds():
    seeds = np.random.default_rng(2).normal(size=12)
    found = over_seeds_and_examples([LossDifferences(np.repeat(seeds[:, None], 30, axis=1), np.ones(30))])
    expected = stats.ttest_1samp(seeds, 0)
    assert found.interval(0.9) == pytest.approx(tuple(expected.confidence_interval(0.9)))
    assert found.p_value == pytest.approx(expected.pvalue)


def test_where_examples_alone_vary_the_interval_is_that_of_a_t_test_over_examples():
    examples = np.random.default_rng(3).normal(size=50)
    found = over_seeds_and_examples([LossDifferences(np.tile(examples, (4, 1)), np.ones(50))])
    assert found.interval(0.9) == pytest.approx(tuple(stats.ttest_1samp(examples, 0).confidence_interval(0.9)))


def test_the_parts_of_the_variance_are_those_of_the_analysis_of_variance():
    nats = np.add.outer([0.0, 0.4, 0.1], np.random.default_rng(4).normal(size=8)) + np.random.default_rng(5).normal(
        0, 0.1, (3, 8)
    )
    seed, example = np.indices(nats.shape)
    frame = pd.DataFrame({"y": nats.ravel(), "s": seed.ravel(), "e": example.ravel()})
    table = anova_lm(ols("y ~ C(s) + C(e)", frame).fit())
    square = table["mean_sq"]
    seeds, examples = over_seeds_and_examples([LossDifferences(nats, np.ones(8))]).parts
    assert (seeds.variance, seeds.degrees) == (pytest.approx(square["C(s)"] / nats.size), 2)
    assert examples.variance == pytest.approx((square["C(e)"] - square["Residual"]) / nats.size)


def test_examples_that_vary_no_more_than_seeds_explain_add_nothing():
    nats = np.array([[1.0, -1.0, 1.0, -1.0], [-1.0, 1.0, -1.0, 1.0]])
    assert over_seeds_and_examples([LossDifferences(nats, np.ones(4))]).parts[1].variance == 0


def test_longer_examples_count_more_as_the_loss_is_per_token():
    tokens = np.array([1.0, 9.0])
    found = over_seeds_and_examples([LossDifferences(np.outer([1.0, 2.0], [0.0, 9.0]), tokens)])
    assert found.value == pytest.approx(1.5 * 0.9)


def test_eval_sets_count_equally_whatever_their_size():
    sets = [LossDifferences(np.full((2, n), value), np.ones(n)) for n, value in ((5, 1.0), (500, 3.0))]
    assert over_seeds_and_examples(sets).interval(0.95) == (2.0, 2.0)


@pytest.mark.parametrize("sds", [(0.03, 0.1, 0.05), (0.02, 0.3, 0.05), (0.0, 0.05, 0.05)])
@pytest.mark.parametrize("seeds", [2, 3])
def test_the_interval_covers_the_truth_as_often_as_it_says(sds, seeds):
    """Expected from 0.961 on in 1,000 runs (benchmarks/coverage/comparison.py); of 300 runs, 0.92 is 3 SD below."""
    rng, tokens = np.random.default_rng(1), np.full(60, 20.0)
    of_seed, of_example, rest = sds
    covered = 0
    for _ in range(300):
        per_token = (
            rng.normal(0, of_seed, (seeds, 1)) + rng.normal(0, of_example, 60) + rng.normal(0, rest, (seeds, 60))
        )
        low, high = over_seeds_and_examples([LossDifferences((0.1 + per_token) * tokens, tokens)]).interval(0.95)
        covered += low <= 0.1 <= high
    assert covered / 300 >= 0.92


def test_the_p_value_is_the_level_at_which_the_interval_ends_at_zero():
    mean = Mean(0.3, (Part(0.01, 2), Part(0.004, 31)))
    assert mean.interval(1 - mean.p_value)[0] == pytest.approx(0, abs=1e-9)


def test_a_p_value_too_small_to_tell_is_the_lowest_one():
    assert Mean(1.0, (Part(1e-12, 400),)).p_value == LOWEST_P


def test_a_mean_of_what_does_not_vary_has_no_p_value():
    assert Mean(0.0, (Part(0.0, 2), Part(0.0, 30))).p_value is None


def test_a_corrected_interval_excludes_zero_exactly_where_the_corrected_p_value_is_small():
    means = [Mean(value, (Part(0.01, 4), Part(0.001, 20))) for value in (0.6, 0.4, 0.35, 0.1)]
    p_values = [mean.p_value for mean in means]
    corrected = holm(p_values)
    for mean, p, p_adjusted in zip(means, p_values, corrected, strict=True):
        low, _ = mean.interval(corrected_confidence(0.95, p, p_adjusted))
        assert (low > 0) == (p_adjusted < 0.05)
    assert sum(p < 0.05 for p in p_values) > sum(p < 0.05 for p in corrected) > 0


def test_the_p_value_is_that_of_scipys_differences_t_test():
    one, other = np.random.default_rng(5).normal(size=(2, 6))
    assert p_value((one - other).tolist()) == pytest.approx(stats.ttest_rel(one, other).pvalue)
    assert p_value([0.5, 0.5]) is None


def test_values_that_rounding_alone_sets_apart_do_not_vary():
    values = [0.1, 0.3 - 0.2, 0.5 - 0.4]
    assert len(set(values)) > 1 and not vary(values) and p_value(values) is None
    assert vary([0.1, 0.1 + 1e-6])
