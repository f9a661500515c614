"""Questions and answers from the docstrings of installed packages: real text by people, available without a network.

The source files of packages are parsed; nothing is imported or run.
"""

import ast
import hashlib
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.machinery import PathFinder
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from platform import python_version

from instructmining.data.docstrings import is_deprecated, parameters, summary
from instructmining.data.errors import DataError
from instructmining.data.settings import Documentation

TEST_NAMES = ("tests", "test", "testing", "conftest", "idlelib")
FUNCTION_QUESTIONS = (
    "What does the Python function `{name}` do?",
    "Explain briefly what `{name}` is for.",
    "In Python, what is the function `{name}` used for?",
    "Describe the function `{name}`.",
)
CLASS_QUESTIONS = (
    "What is the Python class `{name}`?",
    "Explain briefly what the class `{name}` is for.",
    "Describe the class `{name}`.",
)
METHOD_QUESTIONS = (
    "What does the method `{name}` of {package} do?",
    "Explain what the method `{name}` of {package} is for.",
    "In {package}, what is `{name}` used for?",
)
PROPERTY_QUESTIONS = (
    "What does the attribute `{name}` of {package} hold?",
    "Explain the attribute `{name}` of {package}.",
)
PARAMETER_QUESTIONS = (
    "What is the parameter `{parameter}` of `{name}` for?",
    "Explain the parameter `{parameter}` of `{name}`.",
    "When calling `{name}`, what does `{parameter}` mean?",
)
Module = tuple[str, ...]  # the parts of its full name
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True)
class Documented:
    """A public object with a docstring: its full name, its name in questions, and the questions to choose from."""

    full_name: str
    name: str
    docstring: str
    questions: tuple[str, ...]


def documentation_rows(settings: Documentation) -> Iterator[dict[str, str]]:
    """Pairs in the form alpaca, ordered by name; of equal questions or answers, the first is kept.

    Raises DataError for a package that is not installed or has no Python source.
    """
    seen: set[str] = set()
    for package in settings.packages:
        for item in sorted(_documented(package), key=lambda item: item.full_name):
            for question, answer in _pairs(item, package.split(".")[0], settings.max_words):
                if seen.isdisjoint((question, answer)):
                    seen.update((question, answer))
                    yield {"instruction": question, "input": "", "output": answer}


def documentation_origin(settings: Documentation) -> str:
    """The packages with their versions, on which the pairs depend."""
    return "documentation of " + ", ".join(f"{package} ({_version(package)})" for package in settings.packages)


def _version(package: str) -> str:
    top = package.split(".")[0]
    if top in sys.stdlib_module_names:
        return f"Python {python_version()}"
    try:
        return version(top)
    except PackageNotFoundError:
        return "unknown version"


def _pairs(item: Documented, package: str, max_words: int) -> Iterator[tuple[str, str]]:
    if is_deprecated(item.docstring):
        return
    if answer := summary(item.docstring, max_words):
        yield _chosen(item.questions, item.full_name).format(name=item.name, package=package), answer
    for parameter, answer in parameters(item.docstring, max_words).items():
        question = _chosen(PARAMETER_QUESTIONS, f"{item.full_name}:{parameter}")
        yield question.format(name=item.name, parameter=parameter), answer


def _chosen(questions: tuple[str, ...], name: str) -> str:
    """One phrasing, chosen by the hash of the name: varied, and the same in every run."""
    return questions[hashlib.sha256(name.encode()).digest()[0] % len(questions)]


def find_package(package: str) -> Path:
    """The folder of a package or the file of a module, found without importing it or its parents."""
    top, *rest = package.split(".")
    # Not importlib.util.find_spec, which imports parents, and takes `os` for built in instead of naming its file.
    spec = PathFinder.find_spec(top)
    if spec is None or (spec.origin is None and not spec.submodule_search_locations):
        raise DataError(f"documentation: package {top!r} is not installed or is built in; name one with Python source")
    folder = next(iter(spec.submodule_search_locations or []), None)
    path = (Path(folder) if folder else Path(str(spec.origin))).joinpath(*rest)
    found = path if path.is_dir() or path.suffix == ".py" else path.with_suffix(".py")
    if not found.exists():
        raise DataError(f"documentation: no Python source of {package!r} found under {path.parent}")
    return found


def _documented(package: str) -> Iterator[Documented]:
    found = find_package(package)
    files = sorted(found.rglob("*.py")) if found.is_dir() else [found]
    root = found if found.is_dir() else found.parent
    for file in files:
        below = list(file.relative_to(root).with_suffix("").parts) if found.is_dir() else []
        if not any(part in TEST_NAMES or part.startswith("test_") for part in below):
            module = (*package.split("."), *(part for part in below if part != "__init__"))
            yield from _objects_of(file, module)


def _objects_of(file: Path, module: Module) -> Iterator[Documented]:
    """The public functions and classes of a module, with the methods of classes."""
    tree = _parsed(file)
    listed = _all(tree)
    for node in tree.body:
        if not isinstance(node, Definition) or node.name.startswith("_") or (listed and node.name not in listed):
            continue
        name = _public_name(file, module, node.name)
        if name:
            yield from _with_methods(node, name)


@cache
def _parsed(file: Path) -> ast.Module:
    """The syntax tree of a file; an empty one where it is not Python (templates, files for other versions)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(file.read_bytes())
        except (SyntaxError, ValueError):
            return ast.Module([], [])


def _all(tree: ast.Module) -> set[str]:
    """The names written out in statements about `__all__`, empty where there are none."""
    about = [
        list(ast.walk(node))
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Expr) and "__all__" in _names(node)
    ]
    return {
        part.value
        for nodes in about
        for part in nodes
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    }


def _names(node: ast.AST) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


def _public_name(file: Path, module: Module, name: str) -> str:
    """The shortest public name to import an object by; empty if only private modules have it."""
    package = module if file.name == "__init__.py" else module[:-1]
    for outer in range(1, len(package) + 1):
        init = file.parents[len(package) - outer] / "__init__.py"
        if _exports(init, package[:outer], module, name):
            return ".".join([*package[:outer], name])
    if not any(part.startswith("_") for part in module):
        return ".".join([*module, name])
    for sibling in sorted(file.parent.glob("[!_]*.py")):
        if _exports(sibling, package, module, name):
            return ".".join([*package, sibling.stem, name])
    return ""


def _exports(file: Path, package: Module, module: Module, name: str, steps: int = 3) -> bool:
    """Whether a file of `package` imports `name` from `module`, directly or in a few steps.

    A function of the same name in another module (`numpy.ma.sum`) must not be mistaken for the imported one.
    """
    imported = _imported(file, package)
    targets = imported.get(name, [])
    if module in imported.get("*", []) or any(module[: len(target)] == target for target in targets):
        return True
    root = file.parents[len(package)]
    files = [(root.joinpath(*target).with_suffix(".py"), target[:-1]) for target in targets if steps]
    return any(_exports(step, inside, module, name, steps - 1) for step, inside in files if inside)


@cache
def _imported(file: Path, package: Module) -> dict[str, list[Module]]:
    """The names that a file of `package` imports, each with the modules it comes from."""
    found: dict[str, list[Module]] = {}
    tree = _parsed(file) if file.is_file() else ast.Module([], [])
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            base = package[: len(package) - node.level + 1] if node.level else ()
            for alias in node.names:
                found.setdefault(alias.asname or alias.name, []).append((*base, *node.module.split(".")))
    return found


def _with_methods(node: Definition, name: str) -> Iterator[Documented]:
    docstring = ast.get_docstring(node)
    is_class = isinstance(node, ast.ClassDef)
    if docstring and not _marked(node, "deprecate"):
        yield Documented(name, name, docstring, CLASS_QUESTIONS if is_class else FUNCTION_QUESTIONS)
    for child in node.body if is_class else []:
        docstring = ast.get_docstring(child) if isinstance(child, ast.FunctionDef) else None
        if isinstance(child, ast.FunctionDef) and docstring and not child.name.startswith("_"):
            questions = PROPERTY_QUESTIONS if _marked(child, "property") else METHOD_QUESTIONS
            if not _marked(child, "deprecate"):
                yield Documented(f"{name}.{child.name}", f"{node.name}.{child.name}", docstring, questions)


def _marked(node: Definition, word: str) -> bool:
    """Whether a decorator's name contains a word."""
    return any(word in ast.unparse(decorator).split("(")[0] for decorator in node.decorator_list)
