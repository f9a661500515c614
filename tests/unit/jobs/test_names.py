"""Each name in a module is replaced by what it stands for."""

import ast

import pytest

from instructmining.jobs.definitions import read_names
from instructmining.jobs.names import Names, Reader, is_inert, own_nodes


def is_own(module: str) -> bool:
    return module in {"lib", "lib.part", "lib.part.tool"}


def names(code: str, module: str = "lib.main", is_package: bool = False) -> Names:
    """The names at the top of a module of these lines."""
    found = Names(module, is_own, is_package)
    read_names(ast.parse(code), found)
    return found


@pytest.mark.parametrize(
    ("line", "name", "meaning"),
    [
        ("import numpy as np", "np", "numpy:"),
        ("import numpy.linalg", "numpy", "numpy:"),
        ("from math import log as ln", "ln", "math:log"),
        ("from lib.part import add", "add", "§lib.part:add"),
        ("from lib import part", "part", "§lib.part:"),
        ("from .part import add", "add", "§lib.part:add"),
        ("def add(): pass", "add", "§lib.main:add"),
        ("try:\n    import numpy\nexcept ImportError:\n    pass", "numpy", "numpy:"),
    ],
)
def test_a_name_stands_for_what_bound_it(line: str, name: str, meaning: str) -> None:
    assert names(line).bound[name] == meaning


@pytest.mark.parametrize(("is_package", "module"), [(False, "lib.part"), (True, "lib.main.part")])
def test_a_relative_import_begins_at_the_package(is_package: bool, module: str) -> None:
    node = ast.parse("from .part import add").body[0]
    assert isinstance(node, ast.ImportFrom)
    assert names("", is_package=is_package).absolute(node) == module


def test_an_import_runs_the_packages_above_too() -> None:
    node = ast.parse("import lib.part.tool, numpy").body[0]
    assert isinstance(node, ast.Import)
    assert list(names("").modules(node)) == ["lib", "lib.part", "lib.part.tool"]


def read(body: str) -> Reader:
    """A reader that has been through a function with this body."""
    code = f"from lib import part\nfrom lib.part import add\ndef f(x):\n    {body}\n"
    reader = Reader(names(code))
    reader.visit(ast.parse(code).body[-1])
    return reader


@pytest.mark.parametrize(
    ("body", "own"),
    [
        ("return add(x)", {"§lib.part:add"}),
        ("return part.add(x)", {"§lib.part:add"}),
        ("return part.tool.run(x)", {"§lib.part.tool:run"}),
        ("return use(part)", {"§lib.part:*"}),
        ("return start('lib.part.tool')", {"§lib.part.tool:main"}),
        ("return start(f'lib.part.{x}')", {"§lib.part.:*"}),
        ("add = x; return add", set()),
        ("return [add for add in x]", set()),
        ("return (lambda add: add)(x)", set()),
        ("return x", set()),
    ],
)
def test_code_names_the_definitions_that_it_may_run(body: str, own: set[str]) -> None:
    assert read(body).own == own


@pytest.mark.parametrize(
    ("body", "asks"),
    [
        ("return getattr(x, 'size')", set()),
        ("return getattr(x, y)", {"members"}),
        ("return x.model_dump()", {"fields"}),
        ("return x.model_dump(exclude_unset=True)", set()),
        ("return page.render(x=x)", {"methods"}),
        ("return TypeAdapter(x)", {"annotations"}),
    ],
)
def test_what_cannot_be_seen_is_asked_for_by_its_kind(body: str, asks: set[str]) -> None:
    assert read(body).asks == asks


def test_the_nodes_of_a_function_leave_out_those_of_functions_inside() -> None:
    code = "a = 1\ndef inner():\n    b = 2\n[c := d for d in e]"
    found = {node.id for node in own_nodes(ast.parse(code).body) if isinstance(node, ast.Name)}
    assert {"a", "c"} <= found and not {"b", "d"} & found


def test_decorators_that_register_something_are_told_from_those_that_do_not() -> None:
    inert, registering = (ast.parse(f"@{name}\ndef f(): pass").body[0] for name in ("cache", "app.route('/')"))
    assert isinstance(inert, ast.FunctionDef) and isinstance(registering, ast.FunctionDef)
    assert is_inert(inert.decorator_list) and not is_inert(registering.decorator_list)
