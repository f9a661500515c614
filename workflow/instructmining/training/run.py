"""The name of a run: what it is tuned on, without model and seed.

    007                    subset 007
    mixed.selected         the arm `selected` of the pool `mixed`
    mixed.selected~length  that arm, drawn so that its responses are as long as the baseline's
    mixed.selected@64      that arm with 64 examples, as in one trial of a search for the size
    mixed.selected@64-steps    the same as a point of a curve of loss over size, here with a constant number of steps

Names are read and written only here, because the names of pools and arms may themselves contain `-`, `_` and digits.
They contain no `~`, which shells, file systems, URLs and patterns leave alone inside a word.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, Self, get_args

from instructmining.settings import NAME

Kept = Literal["epochs", "steps"]
"""What is held constant along a curve of loss over size."""
KEPT: tuple[Kept, ...] = get_args(Kept)
LENGTH_MATCHED = "~length"
"""The ending of an arm that has the lengths of the baseline's draw."""
SUBSET, SIZE = r"[0-9][0-9][0-9]+", r"[1-9][0-9]*"
"""Regular expressions without braces, as they are put into patterns that are in braces themselves."""
GRAMMAR = re.compile(
    rf"(?P<subset>{SUBSET})|(?P<pool>{NAME})\.(?P<arm>{NAME}({LENGTH_MATCHED})?)"
    rf"(@(?P<size>{SIZE})(-(?P<kept>{'|'.join(KEPT)}))?)?"
)


@dataclass(frozen=True)
class RunName:
    """A subset, or an arm of a pool at a given size or as large as the selection; raises ValueError for any other."""

    subset: str = ""
    """Its ID; empty for an arm."""
    pool: str = ""
    arm: str = ""
    size: int | None = None
    """Examples; None where the arm is as large as the selection."""
    kept: Kept | None = None

    def __post_init__(self) -> None:
        if _parts(str(self)) != (self.subset, self.pool, self.arm, self.size, self.kept):
            raise ValueError(_misread(str(self)))

    def __str__(self) -> str:
        """The name as it appears in paths and records."""
        return self.subset + (f"{self.pool}." if self.pool else "") + self.arm_at_size + self._ending

    @classmethod
    def read(cls, text: str) -> Self:
        """The run with this name; raises ValueError if there can be none."""
        parts = _parts(text)
        if parts is None:
            raise ValueError(_misread(text))
        return cls(*parts)

    @property
    def arm_at_size(self) -> str:
        """The arm with its size, if it has one: two runs that differ only in `kept` have the same examples."""
        return self.arm + ("" if self.size is None else f"@{self.size}")

    @property
    def _ending(self) -> str:
        return "" if self.kept is None else f"-{self.kept}"


def _parts(text: str) -> tuple[str, str, str, int | None, Kept | None] | None:
    """The fields of a name in the order of RunName's; None where the text is no name."""
    found = GRAMMAR.fullmatch(text)
    if found is None:
        return None
    kept = next((kept for kept in KEPT if kept == found["kept"]), None)
    size = int(found["size"]) if found["size"] else None
    return found["subset"] or "", found["pool"] or "", found["arm"] or "", size, kept


def _misread(text: str) -> str:
    return f"found {text!r}, which names no run; expected a subset such as 007, or mixed.random, mixed.random@64-steps"


def one_of(names: Iterable[str]) -> str:
    """A regular expression: one of these names and nothing else."""
    return "|".join(sorted(map(re.escape, names), key=len, reverse=True))


def arm_runs_pattern(pools: Iterable[str], arms: Iterable[str]) -> str:
    """A regular expression for the runs on these arms, as large as the selection."""
    return rf"({one_of(pools)})\.({one_of(arms)})"


def runs_pattern(pools: Iterable[str], arms: Iterable[str]) -> str:
    """A regular expression for every run: on subsets, on these arms, also as large as a subset or along a curve."""
    return rf"{SUBSET}|{arm_runs_pattern(pools, arms)}(@{SIZE}(-({'|'.join(KEPT)}))?)?"
