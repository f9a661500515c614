"""Which examples belong in a pool: neither duplicates nor in an eval set; every decision is counted by its reason."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from instructmining.data.contamination import EvalPrompts
from instructmining.data.errors import DataError
from instructmining.data.near_duplicates import NearDuplicate
from instructmining.data.settings import Pool
from instructmining.example import Example

CONTAMINATED = pa.schema(
    [
        pa.field("id", pa.string(), metadata={"description": "the example that was dropped"}),
        pa.field("source", pa.string(), metadata={"description": "its source"}),
        pa.field("eval_set", pa.string(), metadata={"description": "the eval set it shares most with"}),
        pa.field("part", pa.string(), metadata={"description": "`prompt` or `answer`: what it shares with an example"}),
        pa.field(
            "overlap",
            pa.float64(),
            metadata={"description": "share of its prompt's 8-grams in eval prompts, or of an eval answer's in it"},
        ),
    ]
)
WITHIN, ACROSS, IN_EVAL_SET = "duplicate within its source", "duplicate of another source", "contaminated"


@dataclass
class SourceCounts:
    """What happened to the examples of one source."""

    rows_in: int = 0
    kept: int = 0
    degraded: int = 0
    dropped: Counter[str] = field(default_factory=Counter)


class PoolFilter:
    """Decides for each example in turn whether it belongs in the pool, and keeps count."""

    def __init__(self, settings: Pool, eval_prompts: EvalPrompts, near_duplicates: dict[int, NearDuplicate]) -> None:
        self.counts = {source: SourceCounts() for source in settings.sources}
        self.contaminated: list[dict[str, Any]] = []
        self.near_duplicates: list[dict[str, Any]] = []
        self._max_overlap, self._eval_prompts, self._near = settings.max_overlap, eval_prompts, near_duplicates
        self._source_of: dict[int, str] = {}  # by ID; the one thing that grows with the pool

    def keep(self, example: Example) -> bool:
        """Whether the example is kept; raises DataError for an example of a source that the pool does not name."""
        if example.source not in self.counts:
            raise DataError(f"source {example.source!r} is not one of the pool's sources: {', '.join(self.counts)}")
        counts, reason = self.counts[example.source], self._reason_to_drop(example)
        counts.rows_in += 1
        if reason:
            counts.dropped[reason] += 1
            return False
        counts.kept += 1
        counts.degraded += example.degraded is not None
        return True

    def _reason_to_drop(self, example: Example) -> str | None:
        identifier = int(example.id, 16)
        first = self._source_of.setdefault(identifier, "")
        if first:
            return WITHIN if first == example.source else ACROSS
        self._source_of[identifier] = example.source
        if near := self._near.get(identifier):
            self.near_duplicates.append({"id": example.id, "source": example.source, **vars(near)})
            return "near " + (WITHIN if near.kept_source == example.source else ACROSS)
        return IN_EVAL_SET if self._is_contaminated(example) else None

    def _is_contaminated(self, example: Example) -> bool:
        shares = {(name, "prompt"): share for name, share in self._eval_prompts.overlaps(example).items()}
        shares |= {(name, "answer"): share for name, share in self._eval_prompts.answer_overlaps(example).items()}
        most = max(sorted(shares), key=lambda found: shares[found], default=None)
        if most is None or shares[most] < self._max_overlap:
            return False
        row = {"id": example.id, "source": example.source, "eval_set": most[0], "part": most[1]}
        self.contaminated.append({**row, "overlap": shares[most]})
        return True
