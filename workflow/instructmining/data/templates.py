"""Templates: what many prompts share, such as a preamble written around each instruction.

They say nothing of what a prompt asks for, so they count on neither side where prompts are compared with eval sets.
A template is made of 8-grams of words, each of which occurs in many different prompts of the eval sets, or of a sample
of one source of the pool (see `limit`). In the sample, prompts that differ in a few words count as one: a question that
leaked into a pool a thousand times with small changes is no template.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Set
from itertools import groupby
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from scipy.sparse import csr_array

from instructmining.example import EXAMPLES, Example, from_table

GRAM_WORDS = 8
SAMPLED = 1000
NEAR_IDENTICAL = 0.8
Words = tuple[str, ...]

_MARKS = "".join(mark for mark in map(chr, range(0x300, 0x20000)) if unicodedata.category(mark).startswith("M"))
_SINGLE = "\u3005\u3007\u3040-\u309f\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
_SPACED = rf"[^\W{_SINGLE}{_UNSPACED}]"
_ASCII_WORD = re.compile(r"\w+", re.ASCII)
_WORD = re.compile(rf"[{_SINGLE}]|(?:[{_UNSPACED}](?<=\w))+[{_MARKS}]*|{_SPACED}+(?:[{_MARKS}]+{_SPACED}*)*")


def words_of(text: str) -> Words:
    """The words of a text in lower case, with their accents and vowel signs; of a text without any, the text.

    Where no blanks stand between words, these stand for them: in Chinese and Japanese each character but katakana, of
    which a run is a word; in Thai, Lao, Burmese and Khmer the letters up to the next vowel sign or tone mark.
    """
    lower = unicodedata.normalize("NFC", text).lower()
    return tuple((_ASCII_WORD if lower.isascii() else _WORD).findall(lower)) or (" ".join(lower.split()),)


def windows(words: Words) -> list[Words]:
    """The 8-grams of a text in their order; of a shorter text, the text."""
    if len(words) <= GRAM_WORDS:
        return [words]
    return list(zip(*(words[start:] for start in range(GRAM_WORDS)), strict=False))


def limit(texts: int) -> int:
    """In how many of so many different texts a shared 8-gram is a template.

    That is 10; of fewer than 20 texts it is half of them, but at least 3, and of more than 1,000 it is 1 %.
    """
    return max(3, min(10, texts // 2), texts // 100)


def find_templates(texts: Iterable[Words]) -> set[Words]:
    """The 8-grams that many different texts share."""
    distinct = set(texts)
    counts = Counter(gram for words in distinct for gram in set(windows(words)))
    least = limit(len(distinct))
    return {gram for gram, count in counts.items() if count >= least}


def sample(source: Path) -> list[Example]:
    """The examples of a source with the lowest IDs, at most SAMPLED: IDs are hashes, so this is a random sample."""
    lowest = pc.unique(pq.read_table(source, columns=["id"])["id"]).sort()[:SAMPLED]
    batches = pq.ParquetFile(source).iter_batches(batch_size=10_000, columns=EXAMPLES.names)
    chosen = (rows.filter(pc.is_in(rows["id"], lowest)) for rows in batches)
    return from_table(pa.Table.from_batches(chosen, EXAMPLES))


def without_near_identical(texts: Sequence[Words]) -> list[Words]:
    """The texts that share less than NEAR_IDENTICAL of their distinct words with each of those before them."""
    numbers: dict[str, int] = {}
    columns = [[numbers.setdefault(word, len(numbers)) for word in set(words)] for words in texts]
    sizes = np.array([len(words) for words in columns])
    flat = np.array([number for words in columns for number in words])
    shape, ends = (len(texts), len(numbers)), np.concatenate([[0], np.cumsum(sizes)])
    matrix = csr_array((np.ones(len(flat), np.float32), flat, ends), shape=shape)
    shared = (matrix @ matrix.T).toarray()  # (texts, texts)
    near = shared >= NEAR_IDENTICAL * (sizes[:, None] + sizes[None, :] - shared)
    kept: list[int] = []
    for text in range(len(texts)):
        if not near[text, kept].any():
            kept.append(text)
    return [texts[text] for text in kept]


def own_grams(words: Words, templates: Set[Words]) -> set[Words]:
    """The 8-grams of a text outside of templates; nothing if templates are all it has.

    A piece of fewer than eight words between templates counts as one gram, with the words before it.
    """
    everything = windows(words)
    if templates.isdisjoint(everything):
        return set(everything)
    pieces = [piece for is_template, piece in _pieces(words, everything, templates) if not is_template]
    starts = [piece.start if len(piece) >= GRAM_WORDS else max(0, piece.stop - GRAM_WORDS) for piece in pieces]
    ends = [max(piece.stop, start + GRAM_WORDS) for piece, start in zip(pieces, starts, strict=True)]
    return {gram for start, end in zip(starts, ends, strict=True) for gram in windows(words[start:end])}


def own_words(words: Words, templates: Set[Words]) -> Words:
    """The words of a text outside of templates."""
    pieces = _pieces(words, windows(words), templates)
    return tuple(word for is_template, piece in pieces if not is_template for word in words[piece.start : piece.stop])


def phrases(texts: Iterable[Words], templates: Set[Words], count: int = 5) -> list[str]:
    """Examples of what templates cover in some texts: the most frequent phrases, none of them within another."""
    found: Counter[str] = Counter()
    for words in set(texts):
        pieces = _pieces(words, windows(words), templates)
        found.update({" ".join(words[piece.start : piece.stop]) for is_template, piece in pieces if is_template})
    chosen: list[str] = []
    for phrase, _ in sorted(found.items(), key=lambda item: (-item[1], item[0])):
        if len(chosen) < count and not any(phrase in other or other in phrase for other in chosen):
            chosen.append(phrase)
    return chosen


def _pieces(words: Words, grams: Sequence[Words], templates: Set[Words]) -> Iterator[tuple[bool, range]]:
    """The runs of words that templates cover, and those between them."""
    covered = [False] * len(words)
    for start, gram in enumerate(grams):
        if gram in templates:
            covered[start : start + len(gram)] = [True] * len(gram)
    for is_template, run in groupby(range(len(words)), key=covered.__getitem__):
        positions = list(run)
        yield is_template, range(positions[0], positions[-1] + 1)
