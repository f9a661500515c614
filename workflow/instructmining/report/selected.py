"""How much of a ranked pool was kept: of each source, and of the examples that were degraded on purpose."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from instructmining.report.accounts import Account
from instructmining.selection.settings import Selection
from instructmining.selection.size import selection_size, sized


@dataclass(frozen=True)
class Selected:
    """A ranking, best first, and how much of it is kept."""

    model: str
    """The base model."""
    pool: str
    """The pool."""
    sources: list[str]
    """The source of each example."""
    degraded: list[bool]
    """Whether each example was degraded on purpose."""
    kept: int
    """Examples kept, from the first on."""

    def accounts(self) -> list[Account]:
        """What was kept of each source, the largest first."""
        pool, kept = Counter(self.sources), Counter(self.sources[: self.kept])
        where = f"{self.pool}, {self.model}"
        return [
            Account("selection", where, source, count, kept[source], _below(count - kept[source]))
            for source, count in pool.most_common()
        ]

    def degraded_share(self) -> str | None:
        """How much of the pool and of the selection is degraded; None if nothing is."""
        if not any(self.degraded):
            return None
        pool, selected = sum(self.degraded) / len(self.degraded), sum(self.degraded[: self.kept]) / self.kept
        return f"{self.pool}, {self.model}: {pool:.1%} of the pool and {selected:.1%} of the selection are degraded"


def _below(count: int) -> dict[str, int]:
    return {"ranked below the cut": count} if count else {}


def read_selected(rankings: Iterable[Path], settings: Selection, sizes: Iterable[Path] = ()) -> list[Selected]:
    """What is kept of each ranking; rankings, and sizes that a search found, lie in {model}/{pool}."""
    found = {path.parent: path for path in sizes}
    return [_read(path, sized(settings, found.get(path.parent))) for path in rankings]


def _read(path: Path, settings: Selection) -> Selected:
    table = pq.read_table(path, columns=["source", "degraded"])
    return Selected(
        path.parent.parent.name,
        path.parent.name,
        table["source"].to_pylist(),
        table["degraded"].is_valid().to_pylist(),
        selection_size(len(table), settings.examples, settings.fraction),
    )
