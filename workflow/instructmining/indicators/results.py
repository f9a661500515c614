"""The JSON results of this stage as types; scorers write their reports in `scoring.shard_report`."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Timing:
    """How long a job took."""

    seconds: float
    """From reading the shard to having all its scores."""


@dataclass(frozen=True)
class ShardReport:
    """What a scorer did with one shard of a pool."""

    indicators: tuple[str, ...]
    """The indicators that it scored."""
    examples: dict[str, int]
    """How many examples were scored, by source."""
    truncated: dict[str, dict[str, int]]
    """How many examples were cut to fit the model, by indicator and source."""
    timing: Timing
    """How long it took."""


@dataclass(frozen=True)
class Seen:
    """How many examples of a source were scored, and how many of them were cut."""

    examples: int
    """How many were scored."""
    truncated: int
    """How many of them were cut to fit the model."""


@dataclass(frozen=True)
class ScoresReport:
    """What all scorers did with a pool."""

    indicators: dict[str, dict[str, Seen]]
    """How many examples were scored and cut, by indicator and source."""


@dataclass(frozen=True)
class SubsetIndicators:
    """The indicators of a subset."""

    subset: str
    """Its ID."""
    examples: int
    """How many examples it has."""
    sources: dict[str, int]
    """How many of its examples come from each source."""
    degraded: int
    """How many of its examples were degraded on purpose."""
    indicators: dict[str, float]
    """The mean over its examples, by indicator."""
