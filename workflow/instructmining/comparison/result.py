"""The result of a comparison: each arm's loss, its difference from the baseline, and what it shows in words."""

from dataclasses import dataclass
from typing import Any

from instructmining.comparison.settings import Match
from instructmining.data.settings import Role


@dataclass(frozen=True)
class Estimate:
    """A mean over seeds with its t interval."""

    mean: float
    """Mean over seeds."""
    sd: float
    """Standard deviation over seeds."""
    low: float
    """Lower end of the interval."""
    high: float
    """Upper end of the interval."""
    values: tuple[float, ...]
    """The value of each seed, in order of seed."""


@dataclass(frozen=True)
class Difference:
    """An arm's test loss minus the baseline's, in nats per token, paired by seed."""

    mean: float
    """Mean over the seeds that both arms have."""
    low: float | None
    """Lower end of its interval over seeds and test examples, which excludes zero exactly where `p_adjusted` is below 1
    minus the confidence; None where all seeds give the same difference."""
    high: float | None
    """Upper end of that interval."""
    values: tuple[float, ...]
    """The difference of each seed that both arms have, in order of seed."""
    seeds_error: float
    """The part of the standard error that is due to seeds (and, for `random`, to the draw)."""
    examples_error: float
    """The part that is due to the choice of test examples."""
    p_value: float | None
    """How often a mean as far from zero would be found, over seeds and test examples, if the true one were zero; None
    where all seeds give the same difference."""
    p_adjusted: float | None
    """The same, corrected for the number of arms (Holm)."""


@dataclass(frozen=True)
class ArmResult:
    """One arm."""

    arm: str
    """Its name."""
    examples: int
    """Examples tuned on."""
    steps: int
    """Optimizer steps, mean over seeds."""
    tokens: float
    """Tokens trained on, mean over seeds."""
    loss: Estimate
    """Nats per token, mean over the eval sets of role `test`."""
    eval_sets: dict[str, Estimate]
    """The same for each eval set, of whatever role."""
    difference: Difference | None
    """Its difference from the baseline; None for the baseline itself."""
    verdict: str
    """What the comparison shows of it, in words."""


@dataclass(frozen=True)
class ComparisonResult:
    """All arms of one pool and base model."""

    model: str
    """The base model, as named in the config."""
    pool: str
    """The pool that the arms are chosen from."""
    baseline: str
    """The arm that the others are compared with."""
    match: Match
    """What is equal among the arms."""
    confidence: float
    """Confidence level of the intervals; those of differences are widened for the number of arms."""
    seeds: tuple[int, ...]
    """Of the baseline; an arm has as many as its loss has values."""
    roles: dict[str, Role]
    """The role of each eval set."""
    test_examples: int
    """Examples of the eval sets of role `test`."""
    arms: tuple[ArmResult, ...]
    """Each arm, in the order of the config."""
    sentence: str
    """The comparison in words, ready to be quoted."""


@dataclass(frozen=True)
class ModelOrigin:
    """Which tuned model something was measured on."""

    model: str
    """The base model, as named in the config."""
    run: str
    """What it was tuned on, as `RunName` writes it."""
    seed: int
    """Seed of the fine-tune."""
    base_model: dict[str, Any]
    """Those settings of the base model that were given, and the hash of its files."""
    adapter: str
    """SHA-256 of the weights of the adapter."""
