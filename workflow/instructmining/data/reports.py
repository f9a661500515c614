"""The reports of sources, pools, eval sets and ratings: what came in, what was kept, and why the rest was not.

In each report `rows_in` is `kept` plus all that was `dropped`.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from instructmining.data.settings import Role


@dataclass(frozen=True)
class SourceReport:
    """`data/sources/{source}.report.json`: what became of the rows of a source."""

    source: str
    """Name of the source."""
    origin: str
    """Where the rows came from: a file, a data set of the hub with its commit, packages with their versions."""
    sha256: str | None
    """Hash of the file, or of the lines of the hashes of several; null for what is not a file."""
    form: str | dict[str, str] | None
    """Forms of the rows, the most frequent first, or the mapping of fields; null for a degraded variant."""
    rows_in: int
    """Rows read."""
    kept: int
    """Rows that became examples."""
    dropped: dict[str, int]
    """Rows that did not, by reason."""
    duplicates: int
    """Kept examples that repeat an earlier one; pools and eval sets drop them."""
    degraded: int
    """Kept examples that were degraded on purpose."""
    not_read: dict[str, int]
    """Fields, and keys of turns, that hold something and were not read: in how many rows that were."""
    trimmed: int
    """Conversations whose turns after the last answer were cut."""


@dataclass(frozen=True)
class SourceInPool:
    """What became of the examples of one source in a pool."""

    rows_in: int
    """Examples of the source."""
    kept: int
    """Examples in the pool."""
    degraded: int
    """Kept examples that were degraded on purpose."""
    dropped: dict[str, int]
    """Examples left out, by reason."""
    warning: str | None
    """What to look at where more than 20 % of the source are contaminated; else null."""


@dataclass(frozen=True)
class PoolReport:
    """`data/pools/{pool}.report.json`: what became of the examples of a pool's sources."""

    pool: str
    """Name of the pool."""
    max_overlap: float
    """Share of a prompt's 8-grams in an eval set from which an example was dropped as contaminated."""
    near_duplicates: float | None
    """Similarity to a kept example from which an example was dropped; null if near duplicates were kept."""
    rows_in: int
    """Examples of all sources."""
    kept: int
    """Examples in the pool."""
    degraded: int
    """Kept examples that were degraded on purpose."""
    dropped: dict[str, int]
    """Examples left out, by reason."""
    contaminated_by: dict[str, int]
    """Contaminated examples, by the eval set that they overlap with most."""
    shards: tuple[int, ...]
    """Examples in each shard."""
    sources: dict[str, SourceInPool]
    """The same counts for each source."""
    hashes: tuple[str, ...]
    """SHA-256 of each shard."""
    template_grams: int
    """8-grams that many prompts, or many answers, share; they count on neither side of contamination."""
    template_examples: tuple[str, ...]
    """The most frequent texts that they cover, without capital letters and punctuation."""


@dataclass(frozen=True)
class EvalSetReport:
    """`data/eval/{eval_set}.report.json`: what became of the examples of an eval set's sources."""

    eval_set: str
    """Name of the eval set."""
    role: Role
    """What it is for."""
    part: str | None
    """The part of its sources that it is, such as `1/2`; null where it is all of them."""
    rows_in: int
    """Examples of all sources."""
    kept: int
    """Examples in the eval set."""
    dropped: dict[str, int]
    """Examples left out, by reason."""


@dataclass(frozen=True)
class RatingsReport:
    """`data/pools/{ratings}.report.json`: what became of the rows of a file of ratings."""

    ratings: str
    """Name of the ratings."""
    origin: str
    """The file or files."""
    sha256: str
    """Hash of the file, or of the lines of the hashes of several."""
    rows_in: int
    """Rows read."""
    kept: int
    """Rows that are judgements."""
    dropped: dict[str, int]
    """Rows that are not, or that were not drawn, by reason."""
    not_read: dict[str, int]
    """Fields, and keys of turns, that hold something and were not read: in how many rows that were."""
    pairs: int
    """Judgements that compare two responses; the others are ratings."""
    prompts: int
    """Different prompts."""
    examples: int
    """Different examples."""


def dropped_in_words(dropped: Mapping[str, int], contaminated_by: Mapping[str, int]) -> str:
    """Counts by reason, the largest first; what is contaminated, by eval set: `120 contaminated by test`."""
    reasons = {reason: count for reason, count in dropped.items() if reason != "contaminated"}
    reasons |= {f"contaminated by {eval_set}": count for eval_set, count in contaminated_by.items()}
    return ", ".join(f"{count:,} {reason}" for reason, count in Counter(reasons).most_common())


def left_out(pool: PoolReport) -> str:
    """What a pool does not have of its sources, in brackets; nothing where it has all of them."""
    dropped = dropped_in_words(pool.dropped, pool.contaminated_by)
    return f" (of {pool.rows_in:,}; left out: {dropped})" if dropped else ""
