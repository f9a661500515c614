"""A fingerprint of the code that a stage runs: editing a function reruns what depends on it, a comment reruns nothing.

Snakemake cannot see what a command imports. The fingerprint of a module is a hash of its syntax tree and of those of
all project modules it imports, directly or not, without docstrings; a comment or a new line is not in the tree.
"""

import ast
import hashlib
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parent


@cache
def fingerprint(module: str) -> str:
    """The first 12 hex digits of the hash of `module`'s code; raises FileNotFoundError for a module of no such name."""
    parts = [f"{name}:{_code(name)}" for name in sorted(_closure(module))]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def _closure(module: str) -> set[str]:
    """The module and every project module it imports, directly or not."""
    found: set[str] = set()
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(_imports(name))
    return found


def _path(module: str) -> Path | None:
    """The file of a project module, or None where the name is no module (but, say, a function)."""
    base = PACKAGE.joinpath(*module.split(".")[1:])
    candidates = (base.with_suffix(".py"), base / "__init__.py")
    return next((path for path in candidates if path.is_file()), None)


@cache
def _tree(module: str) -> ast.Module:
    path = _path(module)
    if path is None:
        raise FileNotFoundError(f"{module}: no such module under {PACKAGE}")
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            _drop_docstring(node)
    return tree


def _drop_docstring(node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> None:
    first = node.body[0] if node.body else None
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        node.body = node.body[1:]


@cache
def _code(module: str) -> str:
    return ast.dump(_tree(module))


def _imports(module: str) -> set[str]:
    """The project modules that a module names in its import statements, wherever in the file they stand."""
    names: set[str] = set()
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return {name for name in names if name.split(".")[0] == PACKAGE.name and _path(name)}
