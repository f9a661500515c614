"""Generated tasks: distinct, seeded, of every kind, and right."""

import re

import numpy as np
import pytest

from instructmining.data.errors import DataError
from instructmining.data.tasks import KINDS, task_rows


def test_tasks_are_distinct_seeded_and_of_every_kind():
    rows = list(task_rows(300, 0, "tasks"))
    assert len({row["instruction"] for row in rows}) == 300
    assert rows[:50] == list(task_rows(50, 0, "tasks")) and rows != list(task_rows(300, 1, "tasks"))


def test_tasks_end_where_no_new_ones_exist():
    with pytest.raises(DataError, match=r"lower tasks\.count"):
        list(task_rows(20_000, 0, "tasks"))


NUMBER = re.compile(r"\d+")


def answers(kind):
    """What is asked and answered in every tenth task, as words."""
    tasks = list(task_rows(len(KINDS) * 20, 3, "tasks"))[[k.__name__ for k in KINDS].index(kind) :: len(KINDS)]
    return [(task["instruction"], task["output"]) for task in tasks]


def words_of(text):
    return re.findall(r"[a-z]+", re.split(r": | (?:are|is) ", text, maxsplit=1)[1].replace(" and ", ", "))


def test_sums_are_right():
    for asked, answered in answers("addition"):
        assert sum(map(int, NUMBER.findall(asked))) == int(NUMBER.findall(answered)[-1])


def test_products_are_right():
    for asked, answered in answers("multiplication"):
        assert np.prod([int(n) for n in NUMBER.findall(asked)]) == int(NUMBER.findall(answered)[-1])


def test_sequences_continue():
    for asked, answered in answers("next_number"):
        *_, c, d = (int(n) for n in NUMBER.findall(asked))
        assert int(NUMBER.findall(answered)[0]) in (2 * d - c, 2 * d)


@pytest.mark.parametrize("kind, expected", [("sorted_words", sorted), ("reversed_list", lambda words: words[::-1])])
def test_lists_of_words_are_right(kind, expected):
    for asked, answered in answers(kind):
        assert words_of(answered) == expected(words_of(asked))
