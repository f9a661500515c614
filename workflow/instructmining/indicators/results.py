"""The JSON results of this stage as types; scorers write their reports in `scoring.shard_report`."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Timing:
    """How long a job took."""

    seconds: float


@dataclass(frozen=True)
class ShardReport:
    """`indicators/{pool}/{scorer}/{shard}.report.json`: what a scorer did with one shard."""

    indicators: tuple[str, ...]
    """The indicators that it scored."""
    examples: dict[str, int]
    """How many examples were scored, by source."""
    truncated: dict[str, dict[str, int]]
    """How many examples were cut to fit the model, by indicator and source."""
    timing: Timing


@dataclass(frozen=True)
class Seen:
    """How many examples of a source were scored, and how many of them were cut."""

    examples: int
    truncated: int
    """How many of them were cut to fit the model."""


@dataclass(frozen=True)
class PoolReport:
    """`indicators/{pool}/scores.report.json`: what all scorers did with a pool."""

    indicators: dict[str, dict[str, Seen]]
    """By indicator and source."""


@dataclass(frozen=True)
class SubsetIndicators:
    """`indicators/subsets/{subset}.json`: the indicators of a subset."""

    subset: str
    """Its ID."""
    examples: int
    sources: dict[str, int]
    """How many of its examples come from each source."""
    degraded: int
    """How many of its examples were degraded on purpose."""
    indicators: dict[str, float]
    """The mean over its examples, by indicator."""
