"""Takes a module apart into definitions: functions, classes and their members, values, and what importing it does.

Each definition has its code, as text with gaps in place of the names of other definitions; the definitions that it may
run; and what it asks for by a name that is known only at run time.
"""

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import cast

from instructmining.jobs.names import OWN, Names, Reader, is_inert
from instructmining.jobs.strip_words import is_docstring, last_name

GAP = re.compile(rf"{OWN}[\w.]+:[\w*]*")
INERT_BASES = {
    "BaseModel", "Generic", "Protocol", "TypedDict", "NamedTuple", "Enum", "StrEnum", "IntEnum", "ABC", "object",
}  # fmt: skip
"""Classes from elsewhere that call none of the methods that a derived class adds."""
FIELD_WORDS = {"ClassVar", "InitVar", "KW_ONLY"}
"""Annotations that a dataclass reads."""
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, eq=False)
class Definition:
    """A piece of code that is either reached as a whole or not at all."""

    module: str
    name: str
    """`add`, `Training`, `Training.steps`; the number of the line for what an import does."""
    code: tuple[str, ...]
    """Its code without words; every second part is the name of another definition, which fills a gap."""
    own: frozenset[str] = frozenset()
    """The definitions that it names, including those in words."""
    attributes: frozenset[str] = frozenset()
    """Attributes that it asks for, and strings that may be the name of one."""
    asks: frozenset[str] = frozenset()
    """What it asks for by names that the code does not show: `members`, `methods`, `fields`, `annotations`."""
    imports: tuple[str, ...] = ()
    """Followed modules that it imports."""


@dataclass
class Members:
    """The members of a class: those that always count, and those that count if something asks for their name."""

    always: list[Definition] = field(default_factory=list)
    methods: dict[str, Definition] = field(default_factory=dict)
    fields: dict[str, Definition] = field(default_factory=dict)
    """Of settings: annotation and default of each."""
    annotations: list[Definition] = field(default_factory=list)
    """Those of fields of other classes, which mostly do nothing at run time."""


@dataclass
class Module:
    """A module in pieces."""

    names: Names
    definitions: dict[str, list[Definition]] = field(default_factory=dict)
    members: dict[str, Members] = field(default_factory=dict)
    effects: list[Definition] = field(default_factory=list)
    imports: tuple[str, ...] = ()
    """Followed modules that importing it imports."""

    def all(self) -> Iterator[Definition]:
        """Every piece."""
        yield from self.effects
        for pieces in self.definitions.values():
            yield from pieces
        for members in self.members.values():
            yield from [*members.always, *members.methods.values(), *members.fields.values(), *members.annotations]


def read_names(tree: ast.Module, names: Names) -> None:
    """Find what the names at the top of a module stand for."""
    for node in at_import(tree.body):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names.bound.update(names.imported(node))
    for statement in tree.body:
        names.bound.update({name: f"{OWN}{names.module}:{name}" for name in defined(statement)})


def class_bases(tree: ast.Module, names: Names) -> dict[str, list[str]]:
    """What the bases of each class of a module stand for, before it is taken apart."""
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    return {node.name: [_base(base, names) for base in node.bases] for node in classes}


def take_apart(tree: ast.Module, names: Names, is_settings: Callable[[str], bool]) -> Module:
    """The pieces of a module; `is_settings` says of each of its classes whether pydantic reads it."""
    imported = [node for node in at_import(tree.body) if isinstance(node, ast.Import | ast.ImportFrom)]
    module = Module(names, imports=tuple(dict.fromkeys(name for node in imported for name in names.modules(node))))
    bases = class_bases(tree, names)
    for statement in tree.body:
        if isinstance(statement, ast.Import | ast.ImportFrom | ast.Assert) or is_docstring(statement):
            continue  # an assertion on import changes no result
        if isinstance(statement, ast.If) and _never_in_a_job(statement.test):
            continue
        if isinstance(statement, ast.ClassDef):
            is_open = any(map(_is_foreign, bases[statement.name]))
            _ClassReader(module, statement, is_settings(statement.name), is_open).read()
        else:
            _read_statement(module, statement)
    return module


def _read_statement(module: Module, statement: ast.stmt) -> None:
    """Add a function, a value, or what an import does."""
    names, registers = defined(statement), not _only_binds(statement, module.names)
    reader = Reader(module.names)
    node = reader.visit(statement)
    if node is None:
        return
    if isinstance(node, Function):
        node.name = ""
    elif isinstance(node, ast.Assign) and all(isinstance(target, ast.Name) for target in node.targets):
        node = node.value
    piece = _definition(reader, node, names[0] if names else str(statement.lineno))
    for name in names:
        module.definitions.setdefault(name, []).append(piece)
    if registers:
        module.effects.append(piece)


def _only_binds(statement: ast.stmt, names: Names) -> bool:
    """Whether a statement only defines something; calling a followed function may do more than return a value."""
    if isinstance(statement, Function):
        return is_inert(statement.decorator_list)
    if not isinstance(statement, ast.Assign | ast.AnnAssign) or not defined(statement):
        return False
    called = [last_name(part.func) for part in ast.walk(statement) if isinstance(part, ast.Call)]
    return not any(names.bound.get(name, "").startswith(OWN) and name.islower() for name in called)


class _ClassReader:
    """Adds a class: its core, which counts where it is named, and its members."""

    def __init__(self, module: Module, node: ast.ClassDef, is_settings: bool, is_open: bool) -> None:
        self.module, self.node, self.is_settings, self.is_open = module, node, is_settings, is_open
        self.members = module.members.setdefault(node.name, Members())
        self.own = f"{OWN}{module.names.module}:{node.name}"
        self.reader = Reader(module.names)  # of the core
        self.core: list[ast.stmt] = []

    def read(self) -> None:
        """Take the class apart."""
        for part in self.node.body:
            if isinstance(part, Function):
                self._method(part)
            elif isinstance(part, ast.AnnAssign):
                self._field(part)
            elif not is_docstring(part):
                self.core.append(self.reader.visit(part))
        node, read = self.node, self.reader.visit
        whole = ast.ClassDef(
            "",
            [read(base) for base in node.bases],
            [read(keyword) for keyword in node.keywords],
            self.core,
            [read(decorator) for decorator in node.decorator_list],
        )
        piece = _definition(self.reader, whole, node.name)
        self.module.definitions.setdefault(node.name, []).append(piece)
        if not is_inert(whole.decorator_list):
            self.module.effects.append(piece)

    def _method(self, part: Function) -> None:
        always = self.is_open or (part.name.startswith("__") and part.name.endswith("__"))
        always |= not is_inert(part.decorator_list)
        piece = self._member(part, part.name)
        if always:
            self.members.always.append(piece)
        else:
            self.members.methods[part.name] = piece

    def _field(self, part: ast.AnnAssign) -> None:
        assert isinstance(part.target, ast.Name)
        if self.is_settings:
            self.members.fields[part.target.id] = self._member(part, part.target.id)
            return
        self.members.annotations.append(self._member(part.annotation, part.target.id))
        if not any(last_name(inner) in FIELD_WORDS for inner in ast.walk(part.annotation)):
            part.annotation = ast.Constant(None)
        self.core.append(cast(ast.stmt, self.reader.generic_visit(part)))

    def _member(self, node: ast.AST, name: str) -> Definition:
        reader = Reader(self.module.names)
        read = reader.generic_visit(node) if isinstance(node, ast.AnnAssign) else reader.visit(node)
        return _definition(reader, read, f"{self.node.name}.{name}", self.own)


def _definition(reader: Reader, node: ast.AST, name: str, owner: str = "") -> Definition:
    code = ast.dump(node)
    gaps, texts = [owner, *GAP.findall(code), ""], ["", *GAP.split(code)]
    woven = tuple(part for pair in zip(texts, gaps, strict=True) for part in pair)
    return Definition(
        module=reader.names.module,
        name=name,
        code=woven,
        own=frozenset(reader.own),
        attributes=frozenset(reader.attributes),
        asks=frozenset(reader.asks),
        imports=tuple(dict.fromkeys(reader.imports)),
    )


def at_import(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that importing a module runs, including those inside other statements."""
    for node in body:
        if isinstance(node, ast.If) and _never_in_a_job(node.test):
            continue
        yield node
        if isinstance(node, ast.If | ast.Try | ast.For | ast.While | ast.With):
            inner = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt)]
            handled = [child for handler in getattr(node, "handlers", []) for child in handler.body]
            yield from at_import([*inner, *handled])


def _never_in_a_job(test: ast.AST) -> bool:
    """Whether a block is for type checkers, or starts `main`, which is followed in any case."""
    names = {last_name(part) for part in ast.walk(test)}
    return "TYPE_CHECKING" in names or "__name__" in names


def defined(statement: ast.stmt) -> list[str]:
    """The names that a statement at the top of a module binds, except by importing."""
    match statement:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.Assign(targets=targets):
            return [name for target in targets for name in _stored(target)]
        case ast.AnnAssign(target=target) | ast.AugAssign(target=target) | ast.For(target=target):
            return _stored(target)
        case ast.If() | ast.Try() | ast.With() | ast.While():
            return [name for inner in at_import([statement]) if inner is not statement for name in defined(inner)]
    return []


def _stored(target: ast.AST) -> list[str]:
    return [part.id for part in ast.walk(target) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)]


def _is_foreign(base: str) -> bool:
    """Whether a base class comes from elsewhere, and may call any method."""
    name = base.rpartition(":")[2]
    return not base.startswith(OWN) and name not in INERT_BASES and not name.endswith(("Error", "Exception", "Warning"))


def _base(node: ast.AST, names: Names) -> str:
    """What a base class stands for; of `Generic[T]` what `Generic` does."""
    while isinstance(node, ast.Subscript):
        node = node.value
    if isinstance(node, ast.Attribute):
        module = _base(node.value, names)
        return f"{module}{node.attr}" if module.endswith(":") else f"{module}:{node.attr}"
    return names.bound.get(node.id, node.id) if isinstance(node, ast.Name) else "?"
