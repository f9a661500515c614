"""What a scorer declares, once: config, rules, profile, report, figures and documentation take it from there.

The declarations are class variables of the scorers' settings (see `settings`). A fingerprint counts the name and unit
of an indicator; its other words change no result.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol


@dataclass(frozen=True)
class Indicator:
    """One indicator: its name, what it measures, and how to read it."""

    name: str
    """A property of a set ends in `_i`, which stands for a number: `knn_i` covers `knn_1`, `knn_6` and so on."""
    meaning: str
    """What it says about an example, for a reader new to the project."""
    unit: str | None = None
    """What figures print beside its name; None if it has no unit."""
    better: Literal["higher", "lower"] | None = None
    """Which values usually mean a better example; None if neither."""
    definition: str = ""
    """How it is computed and who proposed it; if empty, the documentation shows the meaning."""
    range: str = ""
    """The values it can take."""
    reads: str = "last response, given the history"
    """Which part of a conversation it looks at."""
    aimed: bool = False
    """Whether it looks at the eval sets of role `fit`, and so at what the model is to become good at."""

    @property
    def of_set(self) -> bool:
        """Whether it describes an example within a set, rather than the example alone."""
        return self.name.endswith("_i")

    def covers(self, name: str) -> bool:
        """Whether a name means this indicator; a property of a set has a number in place of `i`."""
        return name == self.name or (self.of_set and name.rpartition("_")[0] == self.name.removesuffix("_i"))

    def numbered(self, number: int) -> str:
        """The name with a number in place of `i`."""
        return f"{self.name.removesuffix('i')}{number}"


class ScorerSettings(Protocol):
    """What the settings class of a scorer declares besides its keys in the config.

    One of these keys is `model`: the `Name` of a base model of the config, or the `ModelFiles` of a model of its own. A
    scorer that takes what others have computed has none.
    """

    gives: ClassVar[tuple[Indicator, ...]]
    """Its indicators, which share a model and a pass over the examples."""
    gpu: ClassVar[bool]
    """Whether its jobs ask for a GPU."""
    converts_weights: ClassVar[bool]
    """Whether its own model may be published with weights in a format older than safetensors only."""
