"""The small results of this stage, as they are read; a scorer writes its report in `scoring.shard_report`."""

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
    """By indicator and source: of how many examples the model saw only part."""
    timing: Timing


@dataclass(frozen=True)
class Seen:
    """How much of the examples of a source the model of an indicator saw."""

    examples: int
    """How many were scored."""
    truncated: int
    """Of how many of them the model saw only part."""


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
