"""The embedded sources: documentation, generated tasks, degraded variants."""

import re
import sys

import numpy as np
import pytest

from instructmining.data.degrade import degrade, degraded_responses
from instructmining.data.docstrings import parameters, summary
from instructmining.data.documentation import documentation_rows, find_package
from instructmining.data.errors import DataError
from instructmining.data.settings import Degrade, Documentation
from instructmining.data.tasks import KINDS, task_rows
from instructmining.example import Message, make_example


def rng():
    return np.random.default_rng(0)


def examples(*responses):
    turns = [
        (Message(role="user", content=f"Question {i}?"), Message(role="assistant", content=r))
        for i, r in enumerate(responses)
    ]
    return [make_example(messages, "original", "dolly", {"row": i}) for i, messages in enumerate(turns)]


DOCSTRING = """Return the :func:`~numpy.mean` of ``x`` along *axis*, ignoring NaNs [1]_.

.. versionadded:: 1.2
   Not prose at all.

It keeps the **type** of the input (e.g. Float).

Parameters
----------
x : array_like
    The values that the mean is taken of.

    .. versionchanged:: 2.0
axis, other : int
    Not asked about.
keep: bool
    Short.

Returns
-------
float
    The mean value of everything in it.
"""


def test_a_summary_is_prose_without_markup_and_sections():
    assert summary(DOCSTRING, 40) == (
        "Return the `numpy.mean` of `x` along axis, ignoring NaNs. It keeps the type of the input (e.g. Float)."
    )


def test_a_summary_is_cut_at_the_end_of_a_sentence():
    assert summary(DOCSTRING, 12) == "Return the `numpy.mean` of `x` along axis, ignoring NaNs."
    assert summary(DOCSTRING, 5) == ""


def test_parameters_are_those_with_prose():
    assert parameters(DOCSTRING, 40) == {"x": "The values that the mean is taken of."}


@pytest.mark.parametrize(
    "docstring",
    [
        "",
        "Short.",
        "f(x, y, z) -> int",
        ">>> f(1, 2, 3, 4, 5, 6)",
        "Use it to do one of these things:",
        "Args:\n  x: y",
    ],
)
def test_a_docstring_without_prose_has_no_summary(docstring):
    assert summary(docstring, 40) == ""


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package that fails when it is run."""
    folder = tmp_path / "hollow"
    (folder / "tests").mkdir(parents=True)
    answer = '"""{} does what such an object does best."""'
    (folder / "__init__.py").write_text("from ._inner import shown\nraise RuntimeError('was run')\n")
    (folder / "_inner.py").write_text(
        "".join(f"def {name}():\n    {answer.format(name)}\n" for name in ("shown", "hidden", "_private"))
    )
    (folder / "tests" / "test_it.py").write_text(f"def of_tests():\n    {answer.format('test')}\n")
    (folder / "broken.py").write_text("def (:\n")
    methods = f"    def method(self):\n        {answer.format('method')}\n"
    (folder / "sub.py").write_text(
        f"raise RuntimeError('was run')\nclass Thing:\n    {answer.format('Thing')}\n{methods}"
    )
    monkeypatch.syspath_prepend(tmp_path)
    return folder


def test_documentation_asks_about_public_objects_and_runs_nothing(package):
    rows = list(documentation_rows(Documentation(packages=["hollow"])))
    named = [re.findall(r"`(.+?)`", row["instruction"]) for row in rows]
    assert named == [["hollow.shown"], ["hollow.sub.Thing"], ["Thing.method"]]
    assert rows[0]["output"] == "Shown does what such an object does best."
    assert "hollow" not in sys.modules


def test_documentation_of_a_submodule_does_not_import_its_parent(package):
    assert find_package("hollow.sub") == package / "sub.py"
    assert len(list(documentation_rows(Documentation(packages=["hollow.sub"])))) == 2
    assert "hollow" not in sys.modules


@pytest.mark.parametrize("name", ["no_such_package", "math.sin", "sys", "json.no_such_module"])
def test_a_package_without_source_is_refused(name):
    with pytest.raises(DataError, match="documentation: "):
        list(documentation_rows(Documentation(packages=[name])))


def test_documentation_is_the_same_every_time_and_within_its_length():
    settings = Documentation(packages=["textwrap", "json", "statistics"], max_words=25)
    rows = list(documentation_rows(settings))
    assert rows == list(documentation_rows(settings)) and len(rows) > 20
    assert all(6 <= len(row["output"].split()) <= 25 for row in rows)
    assert len({row["output"] for row in rows}) == len({row["instruction"] for row in rows}) == len(rows)


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


def test_exchanged_responses_are_all_anothers():
    responses = ["Yes"] * 4 + ["No", "Maybe", "Perhaps", "Never"]
    exchanged = degraded_responses(responses, "responses_shuffled", rng())
    assert sorted(exchanged) == sorted(responses)
    assert all(new != old for new, old in zip(exchanged, responses, strict=True))


@pytest.mark.parametrize("response", ["a b", "b a a a a a a", "one two three four"])
def test_shuffled_words_are_the_same_words_in_another_order(response):
    for seed in range(20):
        (shuffled,) = degraded_responses([response], "words_shuffled", np.random.default_rng(seed))
        assert shuffled != response and sorted(shuffled.split()) == sorted(response.split())


def test_degraded_examples_say_how_and_the_others_stay_as_they_are():
    originals = examples(*(f"Answer number {i} of some" for i in range(10)))
    changed = degrade(originals, "worse", Degrade(source="original", how="responses_truncated", fraction=0.3), rng())
    assert [example.degraded for example in changed].count("responses_truncated") == 3
    for old, new in zip(originals, changed, strict=True):
        assert new.source == "worse" and new.history == old.history
        assert (new.id == old.id) == (new.row == old.row) == (new.degraded is None)


@pytest.mark.parametrize("how", ["responses_shuffled", "responses_truncated", "words_shuffled"])
def test_what_cannot_be_made_worse_is_not_called_degraded(how):
    (example,) = degrade(examples("Yes"), "worse", Degrade(source="original", how=how), rng())
    assert example.degraded is None and example.response == "Yes"


def test_the_row_of_a_degraded_example_has_its_new_response():
    (example,) = degrade(examples("a b c d"), "worse", Degrade(source="original", how="responses_truncated"), rng())
    assert example.form == "alpaca"
    assert example.row == '{"instruction": "Question 0?", "input": "", "output": "a b c"}'


def test_a_function_is_named_as_users_import_it_and_not_as_its_namesake(package):
    answer = 'def shown():\n    """Also shows it, in its own special way."""\n'
    (package / "_other.py").write_text(answer)
    (package / "masked.py").write_text("from ._other import *\n")
    rows = list(documentation_rows(Documentation(packages=["hollow"])))
    assert [row["output"] for row in rows if "`hollow.masked.shown`" in row["instruction"]] == [
        "Also shows it, in its own special way."
    ]
