"""The JSON results of this stage as types; scorers write their reports in `scoring.shard_report`."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Timing:
    """How long a job took."""

    seconds: float
    """From reading the shard to having all its scores."""


@dataclass(frozen=True)
class Asked:
    """What an endpoint was asked for a shard or a pool, and what that took; replies from earlier runs count too."""

    requests: int
    """Requests; examples of a shard that have the same text share one."""
    prompt_tokens: int
    """Tokens that it read, as it counts them."""
    completion_tokens: int
    """Tokens that it wrote."""
    uncounted: int
    """Requests whose tokens it did not tell."""

    def __add__(self, other: "Asked") -> "Asked":
        """Both together."""
        return Asked(
            self.requests + other.requests,
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            self.uncounted + other.uncounted,
        )


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
    asked: Asked | None = None
    """What an endpoint was asked; None where a model ran here."""


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
    asked: Asked | None = None
    """What an endpoint was asked for the pool; None where all models ran here."""


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
