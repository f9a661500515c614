"""Verdicts claim what is shown, and no more."""

import numpy as np
import pytest

from instructmining.comparison.compare import compare
from instructmining.comparison.runs import Run
from instructmining.comparison.settings import Comparison
from tests.unit.comparison.made import BASE, NOISE, SEEDS, TOKENS, record, result


def test_a_lower_loss_is_said_with_its_interval():
    assert result([-0.05, -0.06, -0.04]).arms[0].verdict == (
        "selected: lower loss than random by 0.050 [0.025, 0.075] (3 seeds, p = 0.013)"
    )


def test_a_higher_loss_is_said_as_plainly():
    assert result([0.05, 0.06, 0.04]).arms[0].verdict.startswith("selected: higher loss than random by 0.050 [0.025")


def test_a_null_result_is_worded_as_one():
    assert (
        result([-0.05, 0.06, -0.02]).arms[0].verdict.startswith("selected: no difference from random shown: -0.003 [")
    )


def test_a_finding_that_other_test_examples_might_not_give_is_not_claimed():
    assert "no difference from random shown" in result([-0.05, -0.06, -0.04], spread=2.0).arms[0].verdict


def test_a_difference_that_does_not_survive_holms_correction_is_not_claimed():
    others = {"longest": [0.1, -0.1, 0.2], "full": [0.1, 0.2, -0.3], "ifd": [0.1, -0.1, 0.0]}
    difference = result([-0.05, -0.06, -0.04], others=others).arms[0].difference
    assert difference.p_value < 0.05 < difference.p_adjusted == pytest.approx(4 * difference.p_value)
    verdict = result([-0.05, -0.06, -0.04], others=others).arms[0].verdict
    assert verdict == "selected: no difference from random shown: -0.050 [-0.101, +0.001] (3 seeds, p = 0.052)"


def test_the_sentence_names_the_finding_and_the_arms_that_are_better():
    random = BASE.sum() / TOKENS.sum() + np.mean([NOISE[seed] for seed in SEEDS])
    assert result([-0.05, -0.06, -0.04], others={"longest": [-0.2, -0.3, -0.1]}).sentence == (
        "On 40 test examples, tiny tuned on the selection from mixed (50 examples, 10 steps, 3 seeds) has a loss of"
        f" {random - 0.05:.3f} nats per token, 0.050 lower than on random (3 seeds; 95% interval 0.014 to 0.086 over seeds and test"
        f" examples; p = 0.026 after Holm's correction over 2 arms; arms matched by examples). Arms with a lower mean loss: longest ({random - 0.2:.3f})."
    )


def test_the_sentence_of_a_null_result_claims_nothing():
    sentence = result([-0.05, 0.06, -0.02]).sentence
    assert (
        "which is not shown to differ from the loss on random: -0.003 (3 seeds; 95% interval -0.145 to +0.138"
        in sentence
    )
    assert sentence.endswith("No other arm has a lower mean loss.")


def test_arms_of_equal_steps_and_other_examples_are_compared_without_a_caveat_where_steps_are_matched():
    verdict = result([-0.05, -0.06, -0.04], {"match": "steps"}).arms[0].verdict
    assert "against" not in verdict
    unequal = result([-0.05, -0.06, -0.04], {"match": "steps"}, steps=12).arms[0].verdict
    assert unequal.endswith("cannot be separated")


def test_unequal_tokens_are_said_where_tokens_are_matched():
    settings = {"match": "tokens", "tokens": 1000}
    assert (
        "12 steps against 10, 1,200 tokens against 1,000:"
        in result([-0.05, 0.06, 0], settings, steps=12).arms[0].verdict
    )


def test_unequal_training_is_said():
    assert (
        result([-0.05, -0.06, -0.04], steps=40)
        .arms[0]
        .verdict.endswith(
            "; 40 steps against 10, 200 examples against 50, 4,000 tokens against 1,000: the effects of the choice and of the amount of training cannot be separated"
        )
    )


def test_seeds_that_do_not_vary_give_no_interval():
    same = [Run.of(*record(arm, seed)) for arm in ("selected", "random") for seed in SEEDS]
    found = compare(same, Comparison(arms=["selected", "random"]), 0.95)
    assert found.arms[0].verdict == (
        "selected: cannot be told from random: +0 for every seed, so there is no interval (3 seeds)"
    )
    assert "cannot be told from the loss on random" in found.sentence
