"""What changes the fingerprint of a command, and what does not."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from instructmining.indicators.custom_code import function_fingerprint
from instructmining.indicators.settings import SCORERS
from instructmining.jobs import fingerprint as module
from instructmining.jobs.definitions import Definition, read_names, take_apart
from instructmining.jobs.fingerprint import Code, find_below, find_library, library
from instructmining.jobs.names import OWN, Names
from instructmining.jobs.strip_words import APART, SPEAKING
from tests.conftest import ROOT

MAIN = '''"""What it does."""

import argparse
import logging

from instructmining.part import Point, Tool, add, describe, start
from instructmining.progress import Progress
from instructmining.settings import Training

STEPS = 3


def main() -> None:
    """Run."""
    parser = argparse.ArgumentParser(description="Adds.")
    parser.add_argument("--by", type=int, help="how much")
    logging.info("adding %s", describe(1))
    progress = Progress("adding", STEPS, "steps")
    settings = Training.model_validate_json("{}")
    total: int = add(STEPS) + settings.rate
    progress.show(total, f"total {total}")
    print(Point(total).twice(), Tool().run(), start("instructmining.other"))


def unused() -> int:
    return 1


if __name__ == "__main__":
    main()
'''
PART = '''from dataclasses import dataclass


def add(x):
    if x < 0:
        raise ValueError(f"{x}: expected a number from 0 on")
    return x + 1


def describe(x):
    return f"number {x}"


def start(module):
    return module


@dataclass
class Point:
    x: int

    def twice(self):
        return 2 * self.x

    def half(self):
        return self.x / 2


class Tool:
    """A tool."""

    def run(self):
        """Run it."""
        return getattr(self, "once")()

    def once(self):
        return 5

    def never(self):
        return 6
'''
PROGRESS = """class Progress:
    def __init__(self, title, total, unit):
        self.title = title

    def show(self, done, note=""):
        print(f"{self.title}: {done} done")
"""
SETTINGS = '''from pydantic import BaseModel, model_validator


class Training(BaseModel):
    rate: float = 1.0
    """The rate."""
    other: int = 2
    """Another key."""

    @model_validator(mode="after")
    def _checked(self):
        return self

    def spare(self):
        return self.other
'''
FILES = {
    "__init__": "",
    "main": MAIN,
    "part": PART,
    "progress": PROGRESS,
    "settings": SETTINGS,
    "other": "def main():\n    return 1\n\n\ndef aside():\n    return 2\n",
    "apart": "x = 1\n",
}


def fingerprint(folder: Path, files: dict[str, str], command: str = "main") -> str:
    """The fingerprint of a command of a package of these files."""
    for name, text in files.items():
        path = folder / "instructmining" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return Code(find_below(folder, "instructmining"), folder).fingerprint(f"instructmining.{command}")


def edited(folder: Path, module: str, old: str, new: str) -> bool:
    """Whether an edit of a module changes the fingerprint of `main`."""
    assert old in FILES[module]
    files = {**FILES, module: FILES[module].replace(old, new, 1)}
    return fingerprint(folder / "before", FILES) != fingerprint(folder / "after", files)


SAID = [
    ("main", "What it does.", "What it really does."),
    ("main", '"""Run."""', '"""Run it."""'),
    ("main", "STEPS = 3", "# A comment.\nSTEPS = 3"),
    ("main", "total: int = add", "total: float = add"),
    ("main", "main() -> None", "main() -> int"),
    ("main", 'help="how much"', 'help="by how much", metavar="N"'),
    ("main", 'description="Adds."', 'description="Adds numbers."'),
    ("main", 'logging.info("adding %s", describe(1))', 'logging.info("%s is added", describe(2))'),
    ("main", 'Progress("adding", STEPS, "steps")', 'Progress("adding up", STEPS, "numbers")'),
    ("main", 'f"total {total}"', 'f"it is {total} now"'),
    ("main", "return 1", "return 2"),
    ("part", "expected a number from 0 on", "found less than 0"),
    ("part", "return self.x / 2", "return self.x / 3"),
    ("part", "return 6", "return 7"),
    ("part", '"""A tool."""', '"""Another."""'),
    ("part", "    x: int", "    x: float"),
    ("progress", "done}", "done} so far"),
    ("settings", '"""The rate."""', '"""How fast."""'),
    ("settings", "other: int = 2", "other: int = 3"),
    ("settings", "    other: int", "    newer: int = 4\n    other: int"),
    ("settings", "return self.other", "return 2"),
    ("other", "return 2", "return 3"),
    ("apart", "x = 1", "x = 2"),
]
DONE = [
    ("main", "STEPS = 3", "STEPS = 4"),
    ("main", "type=int", "type=float"),
    ("main", "add(STEPS) + settings.rate", "add(STEPS) - settings.rate"),
    ("part", "return x + 1", "return x + 2"),
    ("part", "x < 0", "x < 1"),
    ("part", "ValueError", "TypeError"),
    ("part", "return 2 * self.x", "return 3 * self.x"),
    ("part", "return 5", "return 4"),
    ("part", "@dataclass\n", "@dataclass(frozen=True)\n"),
    ("part", "    x: int", "    x: int\n    y: int = 0"),
    ("part", 'getattr(self, "once")', "getattr(self, module)"),  # any method
    ("settings", "rate: float = 1.0", "rate: float = 2.0"),
    ("settings", "return self\n", "return self.spare()\n"),
    ("other", "return 1", "return 3"),  # it is started by its name
    ("main", 'start("instructmining.other")', 'start("instructmining.apart")'),
    ("progress", "class Progress", "import os\n\nos.nice(1)\n\n\nclass Progress"),  # what an import does
]


@pytest.mark.parametrize(("module", "old", "new"), SAID)
def test_words_annotations_and_what_is_not_reached_change_nothing(
    tmp_path: Path, module: str, old: str, new: str
) -> None:
    assert not edited(tmp_path, module, old, new)


@pytest.mark.parametrize(("module", "old", "new"), DONE)
def test_what_a_command_does_changes_it(tmp_path: Path, module: str, old: str, new: str) -> None:
    assert edited(tmp_path, module, old, new)


def test_a_renamed_and_moved_function_class_value_and_module_change_nothing(tmp_path: Path) -> None:
    renamed = {
        "add": "plus", "Point": "Spot", "Tool": "Device", "STEPS": "COUNT", "describe": "tell",
        "instructmining.part": "instructmining.inner.piece", "instructmining.other": "instructmining.inner.another",
    }  # fmt: skip
    files = dict(FILES)
    for old, new in renamed.items():
        files = {name: re.sub(rf"\b{re.escape(old)}\b", new, text) for name, text in files.items()}
    files |= {"inner/__init__": "", "inner/piece": files.pop("part"), "inner/another": files.pop("other")}
    files["main"] = "\n".join(sorted(files["main"].splitlines()[:9], reverse=True) + files["main"].splitlines()[9:])
    assert fingerprint(tmp_path / "after", files) == fingerprint(tmp_path / "before", FILES)


LOOKS = """import logging
import sys
import warnings
from typing import cast

import pyarrow as pa
import pyarrow.compute as pc


def main(data):
    {}
"""


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("logging.getLogger('a').setLevel(1)", "logging.getLogger('b').setLevel(2)", True),
        ("warnings.filterwarnings('ignore', 'a')", "warnings.filterwarnings('ignore', 'b')", True),
        ("warnings.filterwarnings('error', 'a')", "warnings.filterwarnings('error', 'b')", False),
        ("logging = []; logging.append(f'{data}')", "logging = []; logging.append(f'{data}!')", False),
        ("return logging.getLogger('a')", "return logging.getLogger('b')", False),
        ("sys.exit('a')", "sys.exit(f'b{data}')", True),
        ("sys.exit(1)", "sys.exit(2)", False),
        ("exit = data; exit('a')", "exit = data; exit('b')", False),
        ("return cast(int, data)", "return cast(str, data)", True),
        ("return pc.cast(data, 1)", "return pc.cast(data + 1, 1)", False),
        ("return pa.field('a', metadata={'a': 'b'})", "return pa.field('a', metadata={'a': 'c'})", True),
        ("return data.field('a', metadata={'a': 'b'})", "return data.field('a', metadata={'a': 'c'})", False),
        ("raise ValueError('a' + str(data))", "raise ValueError(f'b{data}')", True),
        ("raise SystemExit(1)", "raise SystemExit(2)", False),
        ("assert data, 'a'", "assert data, 'b'", True),
        ("assert data, 'a'", "assert not data, 'a'", False),
        ("return 'a'", "return 'b'", False),
        ("a: int = data; return a", "a: float = data; return a", True),
    ],
)
def test_what_is_told_apart_by_what_it_stands_for(tmp_path: Path, one: str, other: str, is_same: bool) -> None:
    first, second = (
        fingerprint(tmp_path / name, {"__init__": "", "main": LOOKS.format(body)})
        for name, body in (("first", one), ("second", other))
    )
    assert (first == second) == is_same


CHOICES = {
    "__init__": "",
    "main": "from instructmining import tools\nfrom instructmining.tools import TABLE, Box\n\n\ndef main():\n    pass\n",
    "tools": "class Box:\n    def open(self):\n        return 1\n\n\ndef first():\n    return 2\n\n\ndef second():\n"
    "    return 3\n\n\nTABLE = {'first': first}\n",
}


@pytest.mark.parametrize(
    ("body", "reached"),
    [
        ("TABLE[name]()", {"return 2"}),
        ("getattr(tools, name)()", {"return 1", "return 2", "return 3"}),
        ("tools.second()", {"return 3"}),
        ("getattr(Box(), name)()", {"return 1"}),
        ("Box().open()", {"return 1"}),
        ("Box()", set()),
        ("[first for first in []]", set()),
        ("(lambda tools: tools.first)(1)", set()),
    ],
)
def test_what_cannot_be_told_counts_whole_and_what_can_does_not(tmp_path: Path, body: str, reached: set[str]) -> None:
    files = {**CHOICES, "main": CHOICES["main"].replace("pass", body)}
    before = fingerprint(tmp_path, files)
    changed = {
        line
        for line in ("return 1", "return 2", "return 3")
        if fingerprint(tmp_path / line, {**files, "tools": files["tools"].replace(line, "return 0")}) != before
    }
    assert changed == reached


def test_a_name_from_another_package_is_told_by_where_it_comes_from(tmp_path: Path) -> None:
    text = "from {} import {}\n\n\ndef main():\n    return {}(1)\n"
    log, other, same = (
        fingerprint(tmp_path / str(number), {"__init__": "", "main": text.format(*words)})
        for number, words in enumerate([("math", "log", "log"), ("numpy", "log", "log"), ("math", "log as ln", "ln")])
    )
    assert log == same != other


def test_a_missing_module_and_a_missing_definition_are_errors(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no such module"):
        fingerprint(tmp_path, FILES, "nowhere")
    with pytest.raises(LookupError, match="defines no main"):
        fingerprint(tmp_path, FILES, "part")


def test_a_function_of_ones_own_is_followed_into_the_files_beside_it(tmp_path: Path) -> None:
    def write(mine: str, helper: str) -> str:
        (tmp_path / "mine.py").write_text(mine)
        (tmp_path / "helper.py").write_text(helper)
        return function_fingerprint("mine:score", tmp_path)

    mine = "from helper import length\n\n\ndef score(examples):\n    return [length(e) for e in examples]\n"
    helper = "def length(e):\n    return len(e.response)\n"
    first = write(mine, helper)
    assert write(f"# A comment.\n{mine}\n\ndef aside():\n    return 1\n", f"{helper}\nUNUSED = 1\n") == first
    assert write(mine, helper.replace("response", "instruction")) != first


@pytest.mark.parametrize(
    ("command", "module", "name"),
    [
        ("selection.search_size", "training.evaluate", "evaluate"),  # a trial starts it by the name of its module
        ("training.finetune_and_evaluate", "training.evaluate", "evaluate"),
        ("indicators.reward", "models.reward_model", "GPTNeoXRewardModel.__init__"),
        ("comparison.choose_arm", "comparison.arms", "whole"),  # from a table
    ],
)
def test_a_command_reaches_what_it_starts_and_what_others_call_for_it(command: str, module: str, name: str) -> None:
    pieces = {(piece.module, piece.name) for piece in library().reached(f"instructmining.{command}")}
    assert (f"instructmining.{module}", name) in pieces


def test_jobs_depend_on_no_code_about_the_run_but_on_these_two_modules() -> None:
    reached = {piece.module for command in commands() for piece in library().reached(command) if not is_apart(piece)}
    of_jobs = {module for module in reached if module.startswith("instructmining.jobs.")}
    assert of_jobs == {"instructmining.jobs.benchmarks", "instructmining.jobs.lost_files"}


def test_training_does_not_depend_on_the_evaluation_nor_on_the_store() -> None:
    training = library().reached("instructmining.training.tuned_model", "untrained_model", "train")
    assert {"finetune", "add_adapter", "tokenize", "write_chat"} <= {piece.name for piece in training}
    assert not {"instructmining.training.evaluate", "instructmining.training.store"} & {p.module for p in training}


def test_a_function_of_ones_own_that_comes_from_elsewhere_is_told_by_its_file(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("from statistics import mean as score\n")
    first = function_fingerprint("mine:score", tmp_path)
    (tmp_path / "mine.py").write_text("from statistics import median as score\n")
    assert function_fingerprint("mine:score", tmp_path) != first


def test_what_stands_apart_is_there_and_no_other_class_has_its_methods() -> None:
    owners: dict[str, set[str]] = {}
    for path in (ROOT / "workflow" / "instructmining").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef | ast.FunctionDef):
                owners.setdefault(node.name, set())
            if isinstance(node, ast.ClassDef):
                for part in node.body:
                    if isinstance(part, ast.FunctionDef):
                        owners.setdefault(part.name, set()).add(node.name)
    assert set(APART) <= set(owners)
    assert all(owners[method] == {"Progress"} for method in SPEAKING)


def commands() -> list[str]:
    """The commands that the rules run."""
    text = "".join(path.read_text() for path in sorted((ROOT / "workflow" / "rules").rglob("*.smk")))
    named = re.findall(r'runs\(\s*"(instructmining\.[\w.]+)"', text)
    scorers = [*SCORERS, "custom_function", "custom_table"]
    return sorted({*named, *(f"instructmining.indicators.{scorer}" for scorer in scorers)})


@pytest.mark.slow
def test_a_mutated_function_changes_the_fingerprints_of_exactly_the_commands_that_reach_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "DEPTH", 1)  # a change is seen at any depth, and a thousand of them take a while
    code = Code(find_library, module.PACKAGE.parent)
    monkeypatch.setattr(code, "reached", cache(code.reached))  # another statement reaches nothing else
    before = {command: code.fingerprint(command) for command in commands()}
    reaching: dict[tuple[str, str], set[str]] = {}
    for command in commands():
        for piece in code.reached(command):
            reaching.setdefault((piece.module, piece.name), set()).add(command)
    functions = [found for module in {module for module, _ in reaching} for found in functions_of(code, module)]
    reached = [piece for piece in functions if (piece.module, piece.name) in reaching and not is_apart(piece)]
    assert len(reached) > 500
    wrong = [p.name for p in reached if changed_by(code, p, before) != reaching[p.module, p.name]]
    assert wrong == []


def is_apart(piece: Definition) -> bool:
    return piece.name.partition(".")[0] in APART


def functions_of(code: Code, module: str) -> list[Definition]:
    """The functions and methods of a module, as pieces of code."""
    return [piece for piece in code.module(module).all() if "FunctionDef(" in piece.code[2][:30]]


def changed_by(code: Code, piece: Definition, before: dict[str, str]) -> set[str]:
    """The commands whose fingerprint a statement more in the body of a function changes."""
    was = piece.code
    object.__setattr__(piece, "code", mutated(code, piece).code)
    code.colour.cache_clear()
    try:
        return {command for command, fingerprint in before.items() if code.fingerprint(command) != fingerprint}
    finally:
        object.__setattr__(piece, "code", was)


def mutated(code: Code, piece: Definition) -> Definition:
    """The function with a statement more, from the source of its module."""
    path = code.find(piece.module)
    assert path is not None
    tree, inside = ast.parse(path.read_text()), piece.name.split(".")
    names = Names(piece.module, code._is_own, path.name == "__init__.py")
    read_names(tree, names)
    body: list[ast.stmt] = tree.body
    for name in inside:
        node = next(part for part in body if isinstance(part, ast.FunctionDef | ast.ClassDef) and part.name == name)
        body = node.body
    body.insert(0, ast.parse("mutated = True").body[0])
    only = ast.Module([part for part in tree.body if getattr(part, "name", None) == inside[0]], [])
    found = take_apart(only, names, lambda name: code.is_settings(f"{OWN}{piece.module}:{name}"))
    return next(other for other in found.all() if other.name == piece.name)
