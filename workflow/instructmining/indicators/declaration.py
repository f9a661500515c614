"""What is said once of an indicator: rules, profile, report, figures and documentation take it from here.

The settings class of a scorer declares the indicators that it gives (see `settings`). A fingerprint counts an
indicator's name and unit; its other words change no result.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol


@dataclass(frozen=True)
class Indicator:
    """One indicator: how it is called, what it measures, and how to read it."""

    name: str
    """A property of a set ends in `_i`, which stands for a number: `knn_i` covers `knn_1`, `knn_6` and so on."""
    meaning: str
    """What it says of an example, for a reader who has never seen the project; no full stop."""
    unit: str | None = None
    """What figures print beside its name; None where the bare number is all there is."""
    better: Literal["higher", "lower"] | None = None
    """Which values usually mean a better example; None where neither does."""
    definition: str = ""
    """How it is computed and who proposed it; the documentation shows the meaning where this is empty."""
    range: str = ""
    """The values it can take."""
    reads: str = "last response, given the history"
    """Which part of a conversation it looks at."""

    @property
    def of_set(self) -> bool:
        """Whether it is a property of the set that an example is in, rather than of the example."""
        return self.name.endswith("_i")

    def covers(self, name: str) -> bool:
        """Whether a name is this indicator's, with a number in place of `i` if it is a property of a set."""
        return name == self.name or (self.of_set and name.rpartition("_")[0] == self.name.removesuffix("_i"))

    def numbered(self, number: int) -> str:
        """The name with a number in place of `i`."""
        return f"{self.name.removesuffix('i')}{number}"


class ScorerSettings(Protocol):
    """What the settings class of a scorer declares beside the keys of the config.

    Where it has a field `model`, a `Name` is that of a base model of the config, `ModelFiles` are its own model's.
    """

    gives: ClassVar[tuple[Indicator, ...]]
    """The indicators that one pass over the examples gives."""
    gpu: ClassVar[bool]
    """Whether its jobs ask for a GPU."""
    converts_weights: ClassVar[bool]
    """Whether the weights of its own model may be published in an older format than safetensors alone."""
