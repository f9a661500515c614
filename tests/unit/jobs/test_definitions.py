"""A module is taken apart into what is reached or not as a whole."""

import ast

import pytest

from instructmining.jobs.definitions import Module, at_import, class_bases, defined, read_names, take_apart
from instructmining.jobs.names import Names

CODE = '''"""What it does."""
import logging
from typing import TYPE_CHECKING

from pydantic import BaseModel

if TYPE_CHECKING:
    from other import Hidden

STEPS = 3
register(STEPS)


def add(x):
    return x + STEPS


class Training(BaseModel):
    rate: float = 1.0
    """The rate."""

    def twice(self):
        return add(self.rate)


class Point:
    x: int

    def __init__(self):
        self.x = 0

    def half(self):
        return self.x / 2


if __name__ == "__main__":
    add(1)
'''


def pieces(code: str = CODE) -> Module:
    names = Names("main", lambda module: module == "main")
    read_names(ast.parse(code), names)
    return take_apart(ast.parse(code), names, lambda name: name == "Training")


def test_functions_classes_and_values_are_definitions() -> None:
    assert list(pieces().definitions) == ["STEPS", "add", "Training", "Point"]


def test_a_definition_names_the_definitions_that_it_uses() -> None:
    [add] = pieces().definitions["add"]
    assert add.own == {"§main:STEPS"}
    assert add.code[1::2].count("§main:STEPS") == 1, "its name is a gap in the code"


def test_fields_of_settings_and_methods_are_members_of_their_own() -> None:
    training = pieces().members["Training"]
    assert (list(training.fields), list(training.methods)) == (["rate"], ["twice"])
    assert training.methods["twice"].own == {"§main:add"}


def test_fields_of_other_classes_are_part_of_the_class_and_special_methods_always_count() -> None:
    point = pieces().members["Point"]
    assert (point.fields, list(point.methods)) == ({}, ["half"])
    assert [piece.name for piece in point.always] == ["Point.__init__"]


def test_an_import_does_what_is_no_definition_and_is_not_for_type_checkers() -> None:
    assert [piece.name for piece in pieces().effects] == ["11"]


def test_a_docstring_is_no_part_of_the_code() -> None:
    [one], [other] = (
        pieces(CODE.replace('"""The rate."""', words)).definitions["Training"] for words in ("'a'", "'b'")
    )
    assert one.code == other.code


@pytest.mark.parametrize(
    ("statement", "names"),
    [
        ("a, b = 1, 2", ["a", "b"]),
        ("a: int = 1", ["a"]),
        ("a += 1", ["a"]),
        ("for a in b: pass", ["a"]),
        ("async def f(): pass", ["f"]),
        ("if x:\n    a = 1\nelse:\n    b = 2", ["a", "b"]),
        ("f(a)", []),
    ],
)
def test_a_statement_binds_names(statement: str, names: list[str]) -> None:
    assert defined(ast.parse(statement).body[0]) == names


def test_an_import_runs_what_is_inside_of_other_statements() -> None:
    code = "try:\n    import a\nexcept ImportError:\n    import b\nwith c:\n    import d\ndef f():\n    import e"
    found = [node.names[0].name for node in at_import(ast.parse(code).body) if isinstance(node, ast.Import)]
    assert found == ["a", "b", "d"]


def test_what_a_base_class_stands_for() -> None:
    code = "import enum\nfrom typing import Generic as G\nclass A(G[int], enum.Enum): pass\nclass B(A): pass"
    names = Names("main", lambda module: module == "main")
    read_names(ast.parse(code), names)
    assert class_bases(ast.parse(code), names) == {"A": ["typing:Generic", "enum:Enum"], "B": ["§main:A"]}
