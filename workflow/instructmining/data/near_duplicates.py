"""Near duplicates: examples that share most of their text with an earlier one, found by MinHash.

The text is the whole conversation without templates: words in lower case, in shingles of five. Examples whose
MinHashes agree in a band (Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, 3.4) are compared by the Jaccard
index of their shingles, so none is called a duplicate by chance. Their responses must share half of their words, too:
another answer to the same prompt is another example.

In order of precedence, an example is dropped if it is as similar as the threshold to one that is kept; that one names
the cluster. So a chain of small changes is not one cluster. Sources are read twice: for the bands of all examples, 8
bytes each, and for the shingles of those that agree in one.
"""

import hashlib
import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from datasketch import MinHash  # type: ignore[import-untyped]

from instructmining.data.contamination import user_prompt
from instructmining.data.templates import (
    GRAM_WORDS,
    Words,
    find_templates,
    own_words,
    sample,
    without_near_identical,
    words_of,
)
from instructmining.example import Example, stream_examples

NEAR_DUPLICATES = pa.schema(
    [
        pa.field("id", pa.string(), metadata={"description": "the example that was dropped"}),
        pa.field("source", pa.string(), metadata={"description": "its source"}),
        pa.field("kept", pa.string(), metadata={"description": "the example that was kept of its cluster"}),
        pa.field("kept_source", pa.string(), metadata={"description": "the source of that example"}),
        pa.field("similarity", pa.float64(), metadata={"description": "Jaccard index of the shingles of the two"}),
    ]
)
SHINGLE_WORDS = 5
PERMUTATIONS = 128
FOUND = 0.99
COMPARED = 100
ANSWER_SHARED = 0.5
Hashes = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class NearDuplicate:
    """Why an example is dropped: the one that is kept instead, and how similar they are."""

    kept: str
    kept_source: str
    similarity: float


@dataclass(frozen=True)
class Member:
    """An example with what it is compared by."""

    example: Example
    shingles: Hashes
    answer: frozenset[str]
    """The words of its response."""


def find_near_duplicates(sources: Sequence[Path], threshold: float) -> dict[int, NearDuplicate]:
    """The examples to drop, by ID: those at least as similar as `threshold` to an example kept of the same sources.

    The sources are in order of precedence. Of examples with the same ID, the first alone counts.
    """
    rows = rows_per_band(threshold)
    templates = {gram for path in sources for gram in _templates(path)}
    candidates = _candidates(sources, rows, templates)
    clusters, found = Clusters(threshold), dict[int, NearDuplicate]()
    for example in _examples(sources):
        bands = candidates.pop(int(example.id, 16), None)
        duplicate = None if bands is None else clusters.place(member(example, templates), bands)
        if duplicate:
            found[int(example.id, 16)] = duplicate
    if clusters.crowded:
        logging.warning("near duplicates: %d examples were compared with only %d of a band", clusters.crowded, COMPARED)
    return found


def rows_per_band(threshold: float) -> int:
    """The most hashes in a band with which a pair at the threshold agrees in one band with probability FOUND."""
    rows = range(1, PERMUTATIONS + 1)
    return max(r for r in rows if r == 1 or 1 - (1 - threshold**r) ** (PERMUTATIONS // r) >= FOUND)


def member(example: Example, templates: Set[Words]) -> Member:
    """An example with what it is compared by."""
    return Member(example, shingles(example, templates), frozenset(words_of(example.response)))


def shingles(example: Example, templates: Set[Words]) -> Hashes:
    """The sorted hashes of the five-word shingles of a conversation outside of templates, or of all if that is little.

    A conversation of fewer words is one shingle.
    """
    text = words_of("\n".join(turn["content"] for turn in example.messages))
    own = own_words(text, templates)
    words = own if len(own) >= GRAM_WORDS else text
    starts = range(max(1, len(words) - SHINGLE_WORDS + 1))
    texts = (" ".join(words[start : start + SHINGLE_WORDS]).encode() for start in starts)
    digests = b"".join(hashlib.blake2b(text, digest_size=8).digest() for text in texts)
    return np.unique(np.frombuffer(digests, "<u8").astype(np.uint64))


def similarity(first: Hashes, second: Hashes) -> float:
    """The Jaccard index: shared shingles over all shingles of the two."""
    shared = len(np.intersect1d(first, second, assume_unique=True))
    return shared / (len(first) + len(second) - shared)


def band_hashes(texts: Iterable[Hashes], rows: int) -> Hashes:
    """A hash for each band of the MinHash of each text: (texts, bands)."""
    sets = (text.tolist() for text in texts)
    minhashes = MinHash.generator(sets, num_perm=PERMUTATIONS, hashfunc=int, scheme="affine64")
    values = np.array([minhash.hashvalues for minhash in minhashes], np.uint64)
    bands = values[:, : PERMUTATIONS // rows * rows].reshape(len(values), -1, rows)
    factors = np.random.default_rng(0).integers(2**63, size=rows, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
    hashes: Hashes = (bands * factors).sum(axis=2, dtype=np.uint64)
    return hashes


class Clusters:
    """The kept examples of all clusters so far, found by their bands."""

    def __init__(self, threshold: float) -> None:
        self.crowded = 0
        self._threshold = threshold
        self._kept: list[Member] = []
        self._in_band: dict[tuple[int, int], list[int]] = defaultdict(list)

    def place(self, member: Member, bands: Hashes) -> NearDuplicate | None:
        """Why an example is dropped; None where it is the first of its cluster, which is kept."""
        keys = list(enumerate(bands.tolist()))
        for position in sorted({position for key in keys for position in self._in_band[key]}):
            kept = self._kept[position]
            found = similarity(member.shingles, kept.shingles)
            if found >= self._threshold and _answers_alike(member.answer, kept.answer):
                return NearDuplicate(kept.example.id, kept.example.source, found)
        self._keep(member, keys)
        return None

    def _keep(self, member: Member, keys: list[tuple[int, int]]) -> None:
        self._kept.append(member)
        open_bands = [key for key in keys if len(self._in_band[key]) < COMPARED]
        for key in open_bands:
            self._in_band[key].append(len(self._kept) - 1)
        self.crowded += len(open_bands) < len(keys)


def _answers_alike(first: Set[str], second: Set[str]) -> bool:
    return len(first & second) >= ANSWER_SHARED * len(first | second)


def _templates(source: Path) -> set[Words]:
    return find_templates(without_near_identical([words_of(user_prompt(example)) for example in sample(source)]))


def _candidates(sources: Sequence[Path], rows: int, templates: Set[Words]) -> dict[int, Hashes]:
    """The bands of the examples that agree with another in a band, by ID."""
    batches = [batch for path in sources for batch in _banded(path, rows, templates)]
    ids, first = np.unique(np.concatenate([ids for ids, _ in batches]), return_index=True)
    bands = np.concatenate([bands for _, bands in batches])[first]
    return {int(ids[row]): bands[row] for row in np.flatnonzero(_agree(bands))}


def _banded(path: Path, rows: int, templates: Set[Words]) -> Iterator[tuple[Hashes, Hashes]]:
    for batch in stream_examples(path):
        ids = np.array([int(example.id, 16) for example in batch], np.uint64)
        yield ids, band_hashes((shingles(example, templates) for example in batch), rows)


def _agree(bands: Hashes) -> npt.NDArray[np.bool_]:
    """Whether each row has the same hash as another row in any band."""
    found = np.zeros(len(bands), bool)
    for band in bands.T:
        order = np.argsort(band)
        equal = np.flatnonzero(band[order][1:] == band[order][:-1])
        found[order[equal]] = found[order[equal + 1]] = True
    return found


def _examples(sources: Sequence[Path]) -> Iterator[Example]:
    return (example for path in sources for batch in stream_examples(path) for example in batch)
