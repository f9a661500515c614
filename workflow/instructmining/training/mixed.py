"""Whether fine-tunes that are compared were made alike, as packages, devices and code change numbers too.

A finished run keeps its fine-tunes while these change around it, so later fine-tunes may have been made differently
from those that they are compared with.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from instructmining.training.record import Record
from instructmining.training.settings import Training, packages_of

MadeWith = Mapping[str, str]
"""What a fine-tune was made with: for each thing, such as `torch`, its value in words."""
DEVICE, NUMBERS, CODE = "device", "number format", "training code"
WORDS = {
    DEVICE: ("on", "different devices"),
    NUMBERS: ("in", "different number formats"),
    CODE: ("with", "different training code"),
}


@dataclass(frozen=True)
class Mixture:
    """One thing in which fine-tunes differ, and how many have each of its values, the most common first."""

    what: str
    counts: dict[str, int]

    @property
    def sentence(self) -> str:
        """That they differ, with how many of each."""
        by, different = WORDS.get(self.what, ("with", f"different versions of {self.what}"))
        counts = ", ".join(f"{count:,} {by} {value}" for value, count in self.counts.items())
        return f"The fine-tunes were made {by} {different}: {counts}."


def made_with(record: Record) -> dict[str, str]:
    """What the fine-tune of a record was made with."""
    settings = {name: record.settings[name] for name in ("dtype", "quantisation") if name in record.settings}
    training, trained = Training.model_validate(settings), record.training
    device = trained.device if trained.device == record.device else f"{trained.device} and measured on {record.device}"
    return {
        **{name: record.packages[name] for name in packages_of(training)},
        DEVICE: device,
        NUMBERS: f"{training.dtype} quantised to {training.quantisation}" if training.quantisation else training.dtype,
        CODE: trained.code,
    }


def mixtures(made: Iterable[MadeWith]) -> list[Mixture]:
    """What fine-tunes differ in, given what each was made with; empty if all were made alike."""
    counts: dict[str, Counter[str]] = {}
    for one in made:
        for what, value in one.items():
            counts.setdefault(what, Counter())[value] += 1
    return [Mixture(what, dict(found.most_common())) for what, found in counts.items() if len(found) > 1]


def unlike_most(made: Sequence[MadeWith]) -> list[int]:
    """The positions of the fine-tunes that were made differently from most."""
    kinds = [tuple(sorted(one.items())) for one in made]
    most = Counter(kinds).most_common(1)
    return [position for position, kind in enumerate(kinds) if kind != most[0][0]]
