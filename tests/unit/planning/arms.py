"""Losses of fine-tunes whose parts of variance are known."""

import pandas as pd

from instructmining.comparison.intervals import Part
from instructmining.planning.arm_noise import ArmNoise

LOSS, TOKENS, EXAMPLES = 2.0, 10, 200
SEED_SD, EXAMPLE_SD, TOGETHER_SD = 0.02, 0.1, 0.05
"""SDs of the loss of an arm in nats per token: between seeds, between examples, and of what both do together."""


def nats(rng, arms, seeds, examples=EXAMPLES):
    """Nats of each example; (arms, seeds, examples)."""
    of_seed = SEED_SD * rng.normal(size=(arms, seeds, 1))
    of_example = EXAMPLE_SD * rng.normal(size=(arms, 1, examples))
    together = TOGETHER_SD * rng.normal(size=(arms, seeds, examples))
    return TOKENS * (LOSS + of_seed + of_example + together)


def true_noise():
    """The variances of a difference between two arms."""
    seeds = 2 * (SEED_SD**2 + TOGETHER_SD**2 / EXAMPLES)
    return ArmNoise(8, LOSS, seeds, (Part(2 * EXAMPLE_SD**2 / EXAMPLES, EXAMPLES - 1),))


def losses(rng, subsets, seeds, examples=EXAMPLES):
    """Losses of replicated subsets, as they are read."""
    columns = pd.MultiIndex.from_product([[f"{i:03}" for i in range(subsets)], range(seeds)])
    index = pd.MultiIndex.from_product([[f"x{i}" for i in range(examples)], [TOKENS]], names=["id", "tokens"])
    values = nats(rng, subsets, seeds, examples).reshape(-1, examples).T
    return pd.DataFrame(values, index=index, columns=columns)
