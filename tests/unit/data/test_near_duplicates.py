"""Examples that are much like another one: which are found, which is kept, and what is not a duplicate."""

import random

import pytest

from instructmining.data.near_duplicates import (
    COMPARED,
    NearDuplicate,
    find_near_duplicates,
    member,
    rows_per_band,
    similarity,
)
from instructmining.example import EXAMPLES, Example, to_table
from instructmining.files import write_table
from tests.unit.data.made import example

WORDS = [f"word{number}" for number in range(400)]


def text(seed: int, words: int = 60) -> str:
    return " ".join(random.Random(seed).choices(WORDS, k=words))


@pytest.fixture
def found(tmp_path):
    """The near duplicates of sources that are given as lists of examples, by the ID of what is dropped."""

    def find(*sources: list[Example], threshold: float = 0.8) -> dict[str, NearDuplicate]:
        paths = [tmp_path / f"{number}.parquet" for number in range(len(sources))]
        for path, examples in zip(paths, sources, strict=True):
            write_table(path, to_table(examples), EXAMPLES)
        return {f"{identifier:016x}": near for identifier, near in find_near_duplicates(paths, threshold).items()}

    return find


def test_of_much_alike_examples_the_one_of_the_first_source_is_kept(found) -> None:
    first, copy = example(text(1), "a", text(2)), example(f"{text(1)} now", "b", f"{text(2)} so")
    shared = 118 - 5 - 1  # shingles of the copy without those that hold one of its two words
    near = NearDuplicate(first.id, "a", shared / (116 + 118 - shared))
    assert found([first, example(text(3), "a", text(4))], [copy]) == {copy.id: near}
    assert list(found([copy], [first])) == [first.id]


def test_similarity_is_the_jaccard_index_of_five_word_shingles() -> None:
    one, other = (member(example(words, response="x"), set()).shingles for words in ("a b c d e f g", "a b c d e f h"))
    assert (
        similarity(one, other) == 2 / 6
    )  # shared: abcde, bcdef; of one alone: cdefg, defgx; of the other: cdefh, defhx


def test_a_chain_of_small_changes_is_not_one_cluster(found) -> None:
    words = text(5, 100).split()
    chain = [example("Go on", response=" ".join(words[start : start + 60])) for start in (0, 3, 6, 9, 12)]
    dropped = found(chain)
    assert set(dropped) == {chain[1].id, chain[3].id}
    assert [dropped[item.id].kept for item in (chain[1], chain[3])] == [chain[0].id, chain[2].id]


def test_another_answer_to_a_long_prompt_is_another_example(found) -> None:
    assert found([example(text(6, 200), response="Yes, in May"), example(text(6, 200), response="Nobody knows")]) == {}


def test_a_shared_preamble_makes_no_duplicates(found) -> None:
    preamble = text(7, 30)
    asked = [example(f"{preamble} {text(seed, 9)}", response="positive") for seed in range(100, 140)]
    assert found(asked, threshold=0.5) == {}


@pytest.mark.parametrize("threshold", [0.5, 0.7, 0.8, 0.9, 1.0])
def test_every_pair_at_the_threshold_agrees_in_a_band_almost_surely(threshold: float) -> None:
    rows = rows_per_band(threshold)
    assert 1 - (1 - threshold**rows) ** (128 // rows) >= 0.99


def test_planted_copies_are_found_and_nothing_else(found) -> None:
    originals = [example(text(seed), "a", text(seed + 1000)) for seed in range(100)]
    copies = [example(f"{item.instruction} {text(seed, 2)}", "b", item.response) for seed, item in enumerate(originals)]
    assert {identifier: near.kept for identifier, near in found(originals, copies).items()} == {
        copy.id: item.id for copy, item in zip(copies, originals, strict=True)
    }


def test_equal_examples_are_left_to_the_search_for_equal_ones(found) -> None:
    assert found([example(text(8)), example(text(8))]) == {}


def test_a_crowded_band_is_reported(found, caplog) -> None:
    alike = [example(text(9), response=f"{number} {number * 7}") for number in range(2 * COMPARED)]
    assert found(alike) == {} and "examples were compared with only 100 of a band" in caplog.text
