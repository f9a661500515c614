"""What a search for the size found, as its readers see it.

`search_size` writes `size.json` from plain values and does not use this type, so that an edit here makes no search run
again.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class FoundSize:
    """The best size of a search."""

    examples: int
    """Examples to keep."""
    method: str
    """How sizes were proposed."""
    loss: float
    """Nats per token on the search sets, mean over seeds."""
    trials: int
    """Sizes that were tried."""
    stopped: str
    """Why the search stopped, as the end of a sentence."""
    search_sets: tuple[str, ...]
    """The eval sets that it was searched on."""
    sentence: str
    """What was found, in words."""
