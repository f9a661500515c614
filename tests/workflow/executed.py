"""Records which functions of the package a job runs; the tests' run has it as `sitecustomize`, which Python imports first.

Each function notes itself, as its source is changed when it is imported: watching every call with a trace function would
cost half as much again. One line a function: its module, its name, and where it begins. They go to
`executed/<command>.<process>.txt` in the working directory.
"""

import ast
import atexit
import builtins
import os
import sys
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType
from typing import Any

seen: set[str] = set()


class Noting(ast.NodeTransformer):
    """Has each function note its module and name; what is inside of a function counts as that function."""

    def __init__(self, module: str) -> None:
        self.module = module
        self.names: list[str] = []
        self.is_inside = False

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        if self.is_inside:
            return self.generic_visit(node)
        self.names.append(node.name)
        self.generic_visit(node)
        self.names.pop()
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        noted = self.noted(node, node.name)
        docstring = ast.get_docstring(node, clean=False) is not None
        node.body.insert(int(docstring), ast.copy_location(ast.Expr(noted), node.body[0]))
        return node

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        noted = self.noted(node, "<lambda>")
        both = ast.Tuple([noted, node.body], ast.Load())
        node.body = ast.copy_location(ast.Subscript(both, ast.Constant(1), ast.Load()), node.body)
        return node

    def noted(self, node: ast.FunctionDef | ast.Lambda, name: str) -> ast.expr:
        """The call that notes a function; what is inside of it is visited."""
        outermost = not self.is_inside
        if outermost:
            self.names.append(name)
        label, self.is_inside = f"{self.module} {'.'.join(self.names)} {node.lineno}", True
        self.generic_visit(node)
        if outermost:
            self.names.pop()
            self.is_inside = False
        return ast.Call(ast.Name("note_executed", ast.Load()), [ast.Constant(label)], [])


class Loader(SourceFileLoader):
    """Compiles a module so that its functions note themselves; nothing of it is cached for other processes."""

    def get_code(self, fullname: str) -> CodeType:
        tree = Noting(fullname).visit(ast.parse(self.get_data(self.path), self.path))
        code: CodeType = compile(ast.fix_missing_locations(tree), self.path, "exec", dont_inherit=True)
        return code


class Finder(PathFinder):
    """Finds the modules of the package."""

    @classmethod
    def find_spec(cls, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if fullname.partition(".")[0] != "instructmining":
            return None
        spec = super().find_spec(fullname, path, target)
        if spec and spec.origin:
            spec.loader = Loader(fullname, spec.origin)
        return spec


def write() -> None:
    """Write what was run."""
    folder = Path("executed")
    folder.mkdir(exist_ok=True)
    (folder / f"{command}.{os.getpid()}.txt").write_text("".join(f"{line}\n" for line in sorted(seen)))


options = sys.orig_argv[1:]
command = options[options.index("-m") + 1] if "-m" in options[:-1] else ""
if command.startswith("instructmining."):
    builtins.note_executed = seen.add  # type: ignore[attr-defined]
    sys.meta_path.insert(0, Finder)
    atexit.register(write)
