"""Questions and answers from the docstrings of packages, which are read and never run."""

import re
import sys
from platform import python_version

import pytest

from instructmining.data.documentation import documentation_origin, documentation_rows, find_package
from instructmining.data.errors import DataError
from instructmining.data.settings import Documentation


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


def test_a_function_is_named_as_users_import_it_and_not_as_its_namesake(package):
    answer = 'def shown():\n    """Also shows it, in its own special way."""\n'
    (package / "_other.py").write_text(answer)
    (package / "masked.py").write_text("from ._other import *\n")
    rows = list(documentation_rows(Documentation(packages=["hollow"])))
    assert [row["output"] for row in rows if "`hollow.masked.shown`" in row["instruction"]] == [
        "Also shows it, in its own special way."
    ]


def test_the_origin_names_the_version_that_the_pairs_depend_on() -> None:
    origin = documentation_origin(Documentation(packages=["json.decoder", "no_such_package"]))
    assert origin == f"documentation of json.decoder (Python {python_version()}), no_such_package (unknown version)"
