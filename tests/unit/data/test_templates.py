"""What many prompts share, and what is left of a prompt without it."""

import pytest

from instructmining.data.templates import (
    SAMPLED,
    find_templates,
    limit,
    own_grams,
    own_words,
    phrases,
    sample,
    windows,
    without_near_identical,
    words_of,
)
from instructmining.example import EXAMPLES, to_table
from instructmining.files import write_table
from tests.unit.data.made import example

PREAMBLE = "here is a task so please write a good answer to it"
TASKS = ("name a colour", "add two numbers", "sing", "write a haiku about the sea in spring and send it to me")
TEMPLATES = find_templates(words_of(f"{PREAMBLE} {task}") for task in TASKS)


def test_words_know_neither_case_nor_punctuation_nor_unicode_form() -> None:
    assert words_of("The  Cafe\u0301,\nthe sea!") == ("the", "caf\u00e9", "the", "sea")
    assert words_of(" ?!\n* ") == ("?! *",)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("GPT\u662f\u4ec0\u4e48?", "gpt \u662f \u4ec0 \u4e48"),  # Chinese: "What is GPT?"
        ("\u30a2\u30e1\u30ea\u30ab\u306e\u9996\u90fd", "\u30a2\u30e1\u30ea\u30ab \u306e \u9996 \u90fd"),  # Japanese
        (
            "\u0e20\u0e32\u0e29\u0e32\u0e44\u0e17\u0e22\u0e14\u0e35",
            "\u0e20\u0e32\u0e29\u0e32\u0e44\u0e17\u0e22\u0e14\u0e35",
        ),  # Thai: one vowel sign
        ("\u0e14\u0e35\u0e21\u0e32\u0e01", "\u0e14\u0e35 \u0e21\u0e32\u0e01"),
        (
            "\u0939\u093f\u0928\u094d\u0926\u0940 \u0915\u0940",
            "\u0939\u093f\u0928\u094d\u0926\u0940 \u0915\u0940",
        ),  # Hindi
        ("\ud55c\uad6d\uc758 \uc218\ub3c4", "\ud55c\uad6d\uc758 \uc218\ub3c4"),  # Korean has blanks
    ],
)
def test_a_text_without_blanks_has_words_too_and_vowel_signs_belong_to_them(text: str, words: str) -> None:
    assert words_of(text) == tuple(words.split())


def test_a_text_of_less_than_eight_words_is_one_gram() -> None:
    assert windows(("how", "are", "you")) == [("how", "are", "you")]
    assert windows(tuple("abcdefghi")) == [tuple("abcdefgh"), tuple("bcdefghi")]


@pytest.mark.parametrize(("texts", "least"), [(1, 3), (6, 3), (10, 5), (20, 10), (1000, 10), (5000, 50)])
def test_the_limit_is_ten_texts_less_of_few_and_a_share_of_many(texts: int, least: int) -> None:
    assert limit(texts) == least


def test_a_template_is_what_enough_different_texts_share() -> None:
    two = [words_of(f"{PREAMBLE} {task}") for task in ("name a colour", "sing")]
    assert find_templates(two) == find_templates(two * 10) == set()
    assert {gram[0] for gram in TEMPLATES} == {"here", "is", "a", "task", "so"}


def test_without_templates_a_short_task_is_one_gram_with_the_words_before_it() -> None:
    assert own_grams(words_of(f"{PREAMBLE} name a flower"), TEMPLATES) == {
        words_of("a good answer to it name a flower")
    }
    assert own_words(words_of(f"{PREAMBLE} name a flower"), TEMPLATES) == ("name", "a", "flower")


def test_without_templates_a_long_task_has_the_grams_it_has_alone() -> None:
    assert own_grams(words_of(f"{PREAMBLE} {TASKS[-1]}"), TEMPLATES) == set(windows(words_of(TASKS[-1])))


def test_a_text_of_templates_alone_has_no_gram() -> None:
    assert own_grams(words_of(PREAMBLE), TEMPLATES) == set()


def test_prompts_that_differ_in_a_few_words_are_one() -> None:
    leaked = [words_of(f"{PREAMBLE} on the {day} of may") for day in range(50)]
    other = words_of("something else")
    assert without_near_identical([*leaked, other]) == [leaked[0], other]


def test_examples_of_templates_are_phrases_none_of_them_twice() -> None:
    assert phrases([words_of(f"{PREAMBLE} {task}") for task in TASKS], TEMPLATES) == [PREAMBLE]


def test_the_sample_of_a_source_does_not_depend_on_the_order_of_its_rows(tmp_path) -> None:
    rows = [example(f"Question {number}?") for number in range(SAMPLED + 500)]
    for name, order in (("a", rows), ("b", rows[::-1])):
        write_table(tmp_path / f"{name}.parquet", to_table(order), EXAMPLES)
    first, second = ({item.id for item in sample(tmp_path / f"{name}.parquet")} for name in "ab")
    assert len(first) == SAMPLED and first == second == set(sorted(item.id for item in rows)[:SAMPLED])
