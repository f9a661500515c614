"""What a comparison can show, against the noncentral t distribution and comparisons of simulated arms."""

import numpy as np
import pytest
from rich.console import Console
from scipy import stats

from instructmining.comparison.compare import compare_with_baseline
from instructmining.comparison.intervals import LossDifferences, Part, over_seeds_and_examples
from instructmining.comparison.settings import Comparison
from instructmining.planning.arm_noise import ArmNoise
from instructmining.planning.detectable import print_detectable, seeds_with_baseline, smallest_difference
from tests.unit.planning.arms import EXAMPLES, TOKENS, nats, true_noise

SIMULATED, LEVEL = 1000, 0.05 / 3


@pytest.mark.parametrize("seeds", [2, 3, 5, 20])
def test_without_noise_of_examples_the_power_is_that_of_the_noncentral_t_distribution(seeds):
    level, noise = 0.05 / 3, ArmNoise(8, 2.0, 0.01**2, (Part(0.0, 99),))
    shift = smallest_difference(noise, seeds, level) / 0.01 * np.sqrt(seeds)
    assert stats.nct.sf(stats.t.isf(level / 2, seeds - 1), seeds - 1, shift) == pytest.approx(0.8, abs=1e-3)


def simulate(rng, seeds):
    """Three arms minus the baseline, of which the first has the smallest difference that is shown."""
    shifts = (smallest_difference(true_noise(), seeds, LEVEL), 0, 0)
    baseline, *arms = nats(rng, 4, seeds)
    tokens = np.full(EXAMPLES, float(TOKENS))
    return [LossDifferences(arm + TOKENS * shift - baseline, tokens) for arm, shift in zip(arms, shifts, strict=True)]


@pytest.mark.parametrize("seeds", [2, 3, 5])
def test_the_interval_of_the_comparison_excludes_zero_in_four_of_five_simulations(seeds):
    """The count lies in the 99.9 % interval of a binomial."""
    rng = np.random.default_rng(seeds)
    lows = [over_seeds_and_examples([simulate(rng, seeds)[0]]).interval(1 - LEVEL)[0] for _ in range(SIMULATED)]
    low, high = stats.binom.interval(0.999, SIMULATED, 0.8)
    assert low <= np.sum(np.array(lows) > 0) <= high


def test_where_it_does_the_comparison_of_all_arms_finds_the_difference():
    rng = np.random.default_rng(0)
    for _ in range(15):
        arms = simulate(rng, 3)
        found = compare_with_baseline({str(number): [arm] for number, arm in enumerate(arms)}, 0.95)
        assert found["0"].p_adjusted < 0.05 or over_seeds_and_examples([arms[0]]).interval(1 - LEVEL)[0] < 0


def test_more_seeds_and_more_examples_show_less_until_the_other_limits():
    noise = true_noise()
    by_seeds = [smallest_difference(noise, seeds, 0.05) for seeds in (2, 3, 5, 1000)]
    assert sorted(by_seeds, reverse=True) == by_seeds
    error = np.sqrt(noise.examples[0].variance)
    assert by_seeds[-1] == pytest.approx((stats.t.isf(0.025, EXAMPLES - 1) + stats.norm.ppf(0.8)) * error, rel=0.02)
    without_end = smallest_difference(noise, 5, 0.05, np.inf)
    assert without_end == pytest.approx(smallest_difference(ArmNoise(8, 2.0, noise.seeds, ()), 5, 0.05))


def test_an_arm_has_as_many_seeds_as_it_shares_with_the_baseline():
    comparison = Comparison(arms=["random", "selected", "longest", "full"], more_seeds={"random": 5, "selected": 6})
    assert seeds_with_baseline(comparison) == {5: ["selected"], 3: ["longest", "full"]}


def printed(noise, capsys):
    comparison = Comparison(arms=["random", "selected", "longest"])
    print_detectable(Console(width=200, highlight=False), noise, comparison, 0.95)
    return " ".join(capsys.readouterr().out.split())


def test_planned_seeds_are_printed_with_their_arms_in_nats_and_as_shares_of_the_loss(capsys):
    value = smallest_difference(true_noise(), 3, 0.025)
    out = printed(true_noise(), capsys)
    assert "Smallest difference from random that is found in 80% of comparisons, at 95%, corrected for 2 arms" in out
    assert f"3 {value:.3g} {value / 2:.2%}" in out and "selected, longest" in out


def test_without_replicated_subsets_it_says_what_to_set(capsys):
    assert "Set sampling.replicated and sampling.seeds to 2 or more" in printed(None, capsys)
