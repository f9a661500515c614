"""A second descent is claimed where it exceeds the noise of seeds, and nowhere else."""

from itertools import combinations

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests

from instructmining.comparison.sizes import curves_of, curves_over_size, point_of, second_descent, sentence
from tests.unit.records import eval_loss, made_record

NOISE = np.array([0.010, -0.004, 0.002, -0.011, 0.007])
SIZES = (32, 64, 128, 256)


def record(run, seed, loss, examples=10, steps=5):
    losses = {"test": eval_loss("test", loss), "search": eval_loss("search", 99.0)}
    return made_record(run, examples, seed=seed, steps=steps, losses=losses)


def records(means, arm="selected", kept="epochs", scale=1.0):
    """Fine-tunes of 5 seeds at each size, whose noise is the seed's and, rotated by size, its own."""
    return [
        record(f"mixed.{arm}@{size}-{kept}", seed, mean + scale * np.roll(NOISE, number)[seed], size, size // 4)
        for number, (size, mean) in enumerate(zip(SIZES, means, strict=True))
        for seed in range(5)
    ]


def points(means, **options):
    runs = records(means, **options)
    return [point_of(runs[i : i + 5], 0.95) for i in range(0, len(runs), 5)]


def test_a_point_is_the_mean_over_seeds_of_the_loss_on_test_sets():
    point = points([2.0, 1.0, 1.0, 1.0])[0]
    assert (point.arm, point.kept, point.examples, point.steps) == ("selected", "epochs", 32, 8)
    assert point.loss.mean == pytest.approx(2.0 + NOISE.mean())


def test_a_curve_that_falls_rises_and_falls_descends_twice():
    assert second_descent(points([2.0, 1.0, 1.8, 0.9]), 0.05) == (64, 128, 256)


@pytest.mark.parametrize("means", [[2.0, 1.8, 1.4, 1.0], [1.0, 1.2, 1.5, 1.9], [2.0, 1.0, 1.5, 1.9]])
def test_a_curve_that_falls_or_rises_or_does_it_once_does_not(means):
    assert second_descent(points(means), 0.05) is None


def test_a_wiggle_within_the_noise_is_no_second_descent():
    assert second_descent(points([2.0, 1.0, 1.01, 0.99]), 0.05) is None
    assert second_descent(points([2.0, 1.0, 1.8, 0.9], scale=100), 0.05) is None


def test_pairs_are_compared_by_scipys_t_test_with_holms_correction():
    line = points([1.02, 1.0, 1.02, 0.5])
    values = [point.loss.values for point in line]
    pairs = list(combinations(range(4), 2))
    p = [stats.ttest_rel(values[b], values[a]).pvalue for a, b in pairs]
    corrected = multipletests(p, method="holm")[1]
    rise = pairs.index((1, 2))
    assert p[rise] < 0.9 * corrected[rise]
    assert second_descent(line, 0.99 * corrected[rise]) is None
    assert second_descent(line, 1.01 * corrected[rise]) == (64, 128, 256)


def test_the_sentence_of_a_curve_says_what_is_seen_and_on_how_much():
    line = points([2.0, 1.0, 1.8, 0.9])
    assert sentence(line, 0.95) == (
        "selected at constant epochs (32 to 256 examples, 4 sizes, 5 seeds): a second descent is seen: the loss rises"
        " from 64 to 128 and falls to 256 examples."
    )
    assert sentence(points([2.0, 1.8, 1.4, 1.0]), 0.95).endswith(
        "no second descent is seen beyond the noise of seeds; the lowest mean loss, 1.001, is at 256 examples."
    )


def test_two_sizes_are_said_to_show_no_second_descent():
    assert "two sizes show no second descent" in sentence(points([2.0, 1.0, 1.8, 0.9])[:2], 0.95)


def test_all_curves_are_described_the_selection_first():
    means = [2.0, 1.8, 1.4, 1.0]
    runs = [r for arm in ("random", "selected") for kept in ("steps", "epochs") for r in records(means, arm, kept)]
    found = curves_over_size(runs, 5, 0.95)
    assert (found.model, found.pool, len(found.points)) == ("tiny", "mixed", 16)
    assert [text.split(" (")[0] for text in found.sentences] == [
        f"{arm} at constant {kept}" for arm in ("selected", "random") for kept in ("steps", "epochs")
    ]


def test_a_missing_fine_tune_is_named():
    with pytest.raises(ValueError, match=r"mixed\.selected@32-epochs: found the seeds \[1, 2, 3, 4\], expected 5"):
        curves_over_size(records([1.0] * 4)[1:], 5, 0.95)


def test_a_curve_is_in_order_of_size():
    (curve,) = curves_of(points([1.0] * 4)[::-1])
    assert [point.examples for point in curve] == list(SIZES)


def test_a_run_of_no_curve_has_no_point():
    with pytest.raises(ValueError, match=r"found the run mixed\.random; expected one of a curve"):
        point_of([record("mixed.random", 0, 1.0)], 0.95)
