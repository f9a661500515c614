"""Finds what each name in a module stands for, so that code can be compared whatever its parts and files are called.

The name of a definition in a followed module (of this package, or beside a function of the user's) becomes
`§module:name`, one from another package `module:name`, and a whole module `module:`; local variables keep their names.
Type annotations that do nothing at run time are left out.
"""

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from instructmining.jobs.strip_words import WordStripper, is_docstring, is_of, last_name

OWN = "§"
"""What the name of a definition in a followed module begins with; no name in Python does."""
WHOLE = "*"
"""In place of a definition's name: everything that its module defines."""
INERT_DECORATORS = {
    "cache", "lru_cache", "contextmanager", "dataclass", "property", "cached_property", "classmethod", "staticmethod",
    "override", "abstractmethod", "runtime_checkable", "final",
}  # fmt: skip
"""Decorators that register nothing and read no annotations."""
DUMPS = {"model_dump", "model_dump_json", "model_fields", "model_construct"}
"""What reads every field of settings, unless defaults are left out."""
READ_ANNOTATIONS = {"TypeAdapter", "get_type_hints", "__annotations__", "validate_call"}
Scope = dict[str, str | None]
"""What the names that a function binds stand for; None for its own variables."""


@dataclass
class Names:
    """What the names at the top of a module stand for."""

    module: str
    is_own: Callable[[str], bool]
    """Whether a module is one of those that are followed."""
    is_package: bool = False
    bound: dict[str, str] = field(default_factory=dict)

    def absolute(self, node: ast.ImportFrom) -> str:
        """The module that an import names, even if the import is relative."""
        if not node.level:
            return node.module or ""
        parts = self.module.split(".")
        base = parts[: len(parts) - node.level + self.is_package]
        return ".".join([*base, *([node.module] if node.module else [])])

    def imported(self, node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str]]:
        """Each name that an import binds, and what it stands for."""
        if isinstance(node, ast.Import):
            for alias in node.names:
                name = alias.name if alias.asname else alias.name.split(".")[0]
                yield alias.asname or name, f"{OWN if self.is_own(name) else ''}{name}:"
            return
        module = self.absolute(node)
        own = OWN if self.is_own(module) else ""
        for alias in node.names:
            inner = f"{module}.{alias.name}"
            is_module = bool(own) and self.is_own(inner)
            yield alias.asname or alias.name, f"{OWN}{inner}:" if is_module else f"{own}{module}:{alias.name}"

    def modules(self, node: ast.Import | ast.ImportFrom) -> Iterator[str]:
        """The followed modules that an import runs, including the packages above them."""
        if isinstance(node, ast.Import):
            found = [alias.name for alias in node.names]
        else:
            module = self.absolute(node)
            found = [module, *(f"{module}.{alias.name}" for alias in node.names)]
        for name in found:
            parts = name.split(".")
            yield from filter(self.is_own, (".".join(parts[:end]) for end in range(1, len(parts) + 1)))


class Reader(WordStripper):
    """Replaces names by what they stand for, and notes what the code may run; scopes are those of Python."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.scopes: list[Scope] = []
        self.own: set[str] = set()
        """The definitions that the code names."""
        self.attributes: set[str] = set()
        """Attributes that it asks for, and strings that may be the name of one."""
        self.asks: set[str] = set()
        """What it asks for by names that the code does not show: `members`, `methods`, `fields`, `annotations`."""
        self.imports: list[str] = []
        """Followed modules that it imports."""

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return self._named(ast.Name(self._meaning(node.id), node.ctx))

    def _meaning(self, name: str) -> str:
        for scope in reversed(self.scopes):
            if name in scope:
                return scope[name] or name
        return self.names.bound.get(name, name)

    def _named(self, node: ast.Name) -> ast.Name:
        if node.id.startswith(OWN):
            self.own.add(f"{node.id}{WHOLE}" if node.id.endswith(":") else node.id)
        elif last_name(node) in READ_ANNOTATIONS:
            self.asks.add("annotations")
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        """A part of a followed module, or an attribute of anything else."""
        if module := self._module(node.value):
            inner = f"{module}.{node.attr}"
            return self._named(ast.Name(f"{OWN}{inner}:" if self.names.is_own(inner) else f"{OWN}{module}:{node.attr}"))
        self.attributes.add(node.attr)
        if node.attr in READ_ANNOTATIONS:
            self.asks.add("annotations")
        return ast.Attribute(self.visit(node.value), node.attr)

    def _module(self, node: ast.AST) -> str:
        """The followed module that a dotted name stands for; empty if it stands for something else."""
        if isinstance(node, ast.Name):
            meaning = self._meaning(node.id)
            return meaning[len(OWN) : -1] if meaning.startswith(OWN) and meaning.endswith(":") else ""
        if isinstance(node, ast.Attribute) and (outer := self._module(node.value)):
            inner = f"{outer}.{node.attr}"
            return inner if self.names.is_own(inner) else ""
        return ""

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        """A string may name an attribute, or a module that is to be started, and then stands for its `main`."""
        if isinstance(node.value, str):
            if "." in node.value and self.names.is_own(node.value):
                return self._named(ast.Name(f"{OWN}{node.value}:main"))
            self.attributes.update(filter(str.isidentifier, node.value.split(".")))
        return node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        """A module name that is put together at run time may be any that begins like it."""
        match node.values:
            case [ast.Constant(value=str(text)), *_] if "." in text and self.names.is_own(text.split(".")[0]):
                self.own.add(f"{OWN}{text.rpartition('.')[0]}.:{WHOLE}")
        return self.generic_visit(node)

    def visit_MatchClass(self, node: ast.MatchClass) -> ast.AST:
        self.attributes.update(node.kwd_attrs)
        return self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """`cast` does nothing at run time; other functions use names that the code does not show."""
        super().visit_Call(node)
        name = last_name(node.func)
        if is_of("typing:", "cast", node.func):
            return node.args[1]
        if name in {"getattr", "attrgetter", "methodcaller"}:
            asked = node.args[1:2] if name == "getattr" else node.args
            if not all(isinstance(argument, ast.Constant) for argument in asked):
                self.asks.add("members")
        elif name == "render":  # a template may ask for anything
            self.asks.add("methods")
        elif name in DUMPS:
            if not {"exclude_defaults", "exclude_unset"} & {keyword.arg for keyword in node.keywords}:
                self.asks.add("fields")
        elif name in {"eval", "exec"} or (name in {"globals", "locals", "vars", "dir"} and not node.args):
            self.own.add(f"{OWN}{self.names.module}:{WHOLE}")
        return node

    def visit_Import(self, node: ast.Import) -> ast.AST | None:
        """Imports of followed modules are dropped, as names say where they lead."""
        self.imports += self.names.modules(node)
        node.names = [alias for alias in node.names if not self.names.is_own(alias.name.split(".")[0])]
        return node if node.names else None

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST | None:
        self.imports += self.names.modules(node)
        return None if self.names.is_own(self.names.absolute(node)) else node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        """A local annotation does nothing at run time; those of a class may be its fields."""
        if node.value is None:
            return None
        return ast.Assign([self.visit(node.target)], self.visit(node.value))

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        """A class inside a function."""
        for name in ("bases", "keywords", "decorator_list"):
            setattr(node, name, [self.visit(part) for part in getattr(node, name)])
        body: list[Any] = []
        for part in [part for part in node.body if not is_docstring(part)]:
            body.append(self.generic_visit(part) if isinstance(part, ast.AnnAssign) else self.visit(part))
        node.body = [part for part in body if part]
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return self._function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return self._function(node)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.AST:
        node.decorator_list = [self.visit(decorator) for decorator in node.decorator_list]
        if is_inert(node.decorator_list):
            node.returns = None
            for argument in all_arguments(node.args):
                argument.annotation = None
        else:
            self.generic_visit(node.args)
        self._defaults(node.args)
        self.scopes.append(self._bound(node))
        body = [part for statement in node.body if not is_docstring(statement) and (part := self.visit(statement))]
        node.body = body
        self.scopes.pop()
        return node

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        self._defaults(node.args)
        self.scopes.append(dict.fromkeys(argument.arg for argument in all_arguments(node.args)))
        node.body = self.visit(node.body)
        self.scopes.pop()
        return node

    def _defaults(self, arguments: ast.arguments) -> None:
        """Defaults are of the scope around a function."""
        arguments.defaults = [self.visit(value) for value in arguments.defaults]
        arguments.kw_defaults = [self.visit(value) if value else None for value in arguments.kw_defaults]

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> ast.AST:
        targets = (part for generator in node.generators for part in ast.walk(generator.target))
        self.scopes.append({part.id: None for part in targets if isinstance(part, ast.Name)})
        self.generic_visit(node)
        self.scopes.pop()
        return node

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _comprehension  # noqa: N815

    def _bound(self, function: ast.FunctionDef | ast.AsyncFunctionDef) -> Scope:
        """The names that a function binds, and what they stand for."""
        scope: Scope = dict.fromkeys(argument.arg for argument in all_arguments(function.args))
        free: set[str] = set()
        for node in own_nodes(function.body):
            if isinstance(node, ast.Import | ast.ImportFrom):
                scope.update(self.names.imported(node))
            elif isinstance(node, ast.Global | ast.Nonlocal):
                free.update(node.names)
            elif name := _stored_name(node):
                scope.setdefault(name)
        return {name: meaning for name, meaning in scope.items() if name not in free}


NESTED = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda
COMPREHENSIONS = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


def _stored_name(node: ast.AST) -> str | None:
    """The name that a node binds, except by importing."""
    if isinstance(node, ast.Name):
        return None if isinstance(node.ctx, ast.Load) else node.id
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return node.name
    if isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar):
        return node.name
    return node.rest if isinstance(node, ast.MatchMapping) else None


def own_nodes(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """The nodes in a function's own scope; of comprehensions, only the names that they bind in it."""
    waiting = list(body)
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, COMPREHENSIONS):
            waiting += [part.target for part in ast.walk(node) if isinstance(part, ast.NamedExpr)]
        elif not isinstance(node, NESTED):
            waiting += ast.iter_child_nodes(node)


def all_arguments(arguments: ast.arguments) -> list[ast.arg]:
    """Every argument of a function."""
    starred = [argument for argument in (arguments.vararg, arguments.kwarg) if argument]
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *starred]


def is_inert(decorators: Iterable[ast.AST]) -> bool:
    """Whether decorators only change what they decorate, and read no annotations."""
    return all(last_name(decorator) in INERT_DECORATORS for decorator in decorators)
