"""What difference between two arms the planned comparison can show, before any arm is tuned.

The smallest true difference that is found in 80 % of comparisons, by the very test of `comparison/intervals.py`: the
interval over seeds and test examples excludes zero, at the level of Holm's first step. An arm is then found at least as
often, whatever the others are.
"""

import math

import numpy as np
from rich.console import Console
from rich.table import Table
from scipy import optimize, special, stats

from instructmining.arrays import Floats
from instructmining.comparison.settings import Comparison
from instructmining.planning.arm_noise import ArmNoise
from instructmining.planning.tables import plain_table

POWER = 0.8
"""How often the difference is found."""
MORE_SEEDS = (5, 10, 20)
"""Numbers of seeds that are shown beside the planned ones."""
MORE_EXAMPLES = (4, np.inf)
"""How many times as many test examples are shown beside those there are."""
QUANTILES = (np.arange(4000) + 0.5) / 4000
UNKNOWN = (
    "What difference between arms the comparison can show is not known: no two subsets have several seeds in common."
    " Set sampling.replicated and sampling.seeds to 2 or more and run again; it is then told before the arms are tuned."
)
CAVEAT = (
    "Two replicated subsets stand in for two arms. The arm `random` is drawn anew for each seed, which adds noise that"
    " is not counted here; arms with another number of examples or steps may have another noise. The variance between"
    " seeds also holds what seeds and examples do together, so more test examples may help a little more than is said."
)


def smallest_difference(noise: ArmNoise, seeds: int, level: float, more_examples: float = 1) -> float:
    """The difference in nats per token that is found with a probability of POWER by a two-sided test at `level`.

    The test compares the mean difference with sqrt(sum of t^2 * variance) over the parts. The variance that it finds
    between seeds follows a chi-squared distribution, over whose quantiles the power is averaged: for seeds alone this
    is the noncentral t distribution. That of the examples, which has hundreds of degrees of freedom, is taken as known.
    """
    of_seeds = noise.seeds / seeds
    sd = math.sqrt(of_seeds + sum(part.variance for part in noise.examples) / more_examples)
    if sd == 0:
        return 0.0
    found: Floats = of_seeds * stats.chi2.ppf(QUANTILES, seeds - 1) / (seeds - 1) * _t(seeds - 1, level) ** 2
    half = np.sqrt(found + sum(part.variance * _t(part.degrees, level) ** 2 for part in noise.examples) / more_examples)

    def shortfall(difference: float) -> float:
        shown = stats.norm.cdf((difference - half) / sd) + stats.norm.cdf((-difference - half) / sd)
        return float(np.mean(shown)) - POWER

    return float(optimize.brentq(shortfall, 0, half.max() + 10 * sd))


def _t(degrees: int, level: float) -> float:
    return float(special.stdtrit(degrees, level / 2))


def seeds_with_baseline(comparison: Comparison) -> dict[int, list[str]]:
    """The arms by the number of seeds that they share with the baseline."""
    found: dict[int, list[str]] = {}
    for arm in comparison.arms:
        if arm != comparison.baseline:
            found.setdefault(min(map(comparison.seeds_of, (arm, comparison.baseline))), []).append(arm)
    return found


def detectable_table(noise: ArmNoise, planned: dict[int, list[str]], level: float) -> Table:
    """The smallest difference shown by numbers of seeds, and by numbers of test examples."""
    more = [f"{factor:g} x the test examples" if factor < np.inf else "no end of them" for factor in MORE_EXAMPLES]
    table = plain_table("seeds", "nats per token", "of the loss", *more, "arms")
    for seeds in sorted({*planned, *MORE_SEEDS}):
        found = [smallest_difference(noise, seeds, level, factor) for factor in (1, *MORE_EXAMPLES)]
        shares = [f"{value / noise.loss:.2%}" for value in found]
        table.add_row(str(seeds), f"{found[0]:.3g}", *shares, ", ".join(planned.get(seeds, ["-"])))
    return table


def print_detectable(console: Console, noise: ArmNoise | None, comparison: Comparison, confidence: float) -> None:
    """Print what the planned comparison can show."""
    planned = seeds_with_baseline(comparison)
    arms = sum(map(len, planned.values()))
    title = f"Smallest difference from {comparison.baseline} that is found in {POWER:.0%} of comparisons"
    console.print(f"{title}, at {confidence:.0%}, corrected for {_arms(arms)}", style="bold")
    if noise is None:
        console.print(UNKNOWN, "")
        return
    console.print(_noise(noise))
    console.print(detectable_table(noise, planned, (1 - confidence) / arms), "")
    console.print(CAVEAT, "")


def _arms(count: int) -> str:
    return "one arm" if count == 1 else f"{count} arms"


def _noise(noise: ArmNoise) -> str:
    examples = math.sqrt(sum(part.variance for part in noise.examples))
    return (
        f"Pairs of {noise.subsets} replicated subsets, as if they were arms: their difference has an SD of"
        f" {math.sqrt(noise.seeds):.3g} nats per token between seeds, and a standard error of {examples:.3g} from the"
        f" {noise.test_examples} test examples, which more seeds do not lower. The mean loss is {noise.loss:.3f}."
    )
