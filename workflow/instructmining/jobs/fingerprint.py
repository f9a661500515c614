"""A fingerprint of what a command reaches: editing a function reruns what runs it, and nothing else.

Snakemake cannot see what a command runs. The fingerprint of a command is a hash of the definitions that its `main`
reaches through the package, and of what importing their modules does. Comments, docstrings, type annotations and the
words of errors, logs and help change nothing, nor do the names of modules, files, functions and classes: a definition
is identified by its code, in which the code of other definitions takes the place of their names. What cannot be seen
counts as a whole: every member if an attribute is asked for by a computed name, every function of a module that is used
as a value.

Settings count by key: a key that the command does not read changes nothing, so adding one reruns nothing.
"""

import ast
import hashlib
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

from instructmining.jobs.definitions import Definition, Members, Module, class_bases, read_names, take_apart
from instructmining.jobs.names import OWN, WHOLE, Names
from instructmining.jobs.strip_words import APART

PACKAGE = Path(__file__).parents[1]
SETTINGS = "pydantic:BaseModel"
"""What settings are derived from."""
DEPTH = 8
"""How many names deep a definition is identified by what it names; what is deeper still counts, on its own."""


class Code:
    """Modules in pieces, each read once; `find` gives the file of a followed module."""

    def __init__(self, find: Callable[[str], Path | None], root: Path) -> None:
        self.find, self.root = cache(find), root
        self.tree = cache(self._tree)
        self.module = cache(self._module)
        self.resolve = cache(self._resolve)
        self.bases = cache(self._bases)
        self.is_settings = cache(self._is_settings)
        self.colour = cache(self._colour)

    def fingerprint(self, module: str, *names: str) -> str:
        """The first 12 hex digits of the hash of all that definitions of a module reach: its `main`, or those named.

        Raises FileNotFoundError if there is no such module, LookupError if it has no such definition.
        """
        colours = {self.colour(piece, DEPTH) for piece in self.reached(module, *names)}
        return hashlib.sha256(b"".join(sorted(colours))).hexdigest()[:12]

    def reached(self, module: str, *names: str) -> set[Definition]:
        """Every piece of code that `main`, or the definitions named, may run, and what importing them does."""
        if self.find(module) is None:
            raise FileNotFoundError(f"{module}: no such module under {self.root}")
        names = names or ("main",)
        if missing := [name for name in names if not self.defines(module, name)]:
            raise LookupError(f"{module}: defines no {', '.join(missing)}")
        return _Walk(self).from_start(module, names)

    def defines(self, module: str, name: str) -> bool:
        """Whether a followed module defines a name, or imports it from one that does."""
        return bool(self.resolve(f"{OWN}{module}:{name}"))

    def _is_own(self, module: str) -> bool:
        return self.find(module) is not None

    def _tree(self, module: str) -> tuple[ast.Module, Names]:
        path = self.find(module)
        assert path is not None
        tree = ast.parse(path.read_bytes() if path.is_file() else "")
        names = Names(module, self._is_own, path.name == "__init__.py")
        read_names(tree, names)
        return tree, names

    def _bases(self, module: str) -> dict[str, list[str]]:
        return class_bases(*self.tree(module))

    def _module(self, module: str) -> Module:
        self.bases(module)  # from the tree while it is whole
        tree, names = self.tree(module)
        return take_apart(tree, names, lambda name: self.is_settings(f"{OWN}{module}:{name}"))

    def _is_settings(self, own: str) -> bool:
        """Whether a class is one that pydantic reads."""
        module, _, name = own.removeprefix(OWN).partition(":")
        if not self._is_own(module):
            return False
        bases = self.bases(module).get(name)
        if bases is None:  # it is imported from elsewhere
            return self.tree(module)[1].bound.get(name, own) != own and self.is_settings(
                self.tree(module)[1].bound[name]
            )
        return SETTINGS in bases or any(base.startswith(OWN) and self.is_settings(base) for base in bases)

    def _resolve(self, own: str) -> tuple[Definition, ...]:
        """The pieces that a name in a followed module stands for."""
        name, _, definition = own.removeprefix(OWN).partition(":")
        if name.endswith("."):
            return tuple(piece for module in self._below(name) for piece in self.module(module).all())
        if not self._is_own(name):
            return ()
        module = self.module(name)
        if definition == WHOLE:
            return tuple(module.all())
        if definition in module.definitions:
            return tuple(module.definitions[definition])
        elsewhere = module.names.bound.get(definition, own)
        return self.resolve(elsewhere) if elsewhere.startswith(OWN) and elsewhere != own else ()

    def _below(self, prefix: str) -> Iterable[str]:
        """Every module whose name has this prefix."""
        folder = self.root.joinpath(*prefix.rstrip(".").split("."))
        for path in sorted(folder.glob("*.py")):
            if path.stem != "__init__":
                yield f"{prefix}{path.stem}"

    def _colour(self, piece: Definition, depth: int) -> bytes:
        """What a piece does: its code, with what each name stands for in place of the name, down to a depth."""
        if _is_apart(piece):
            return b""
        digest = hashlib.blake2b(digest_size=16)
        for number, part in enumerate(piece.code):
            if number % 2 == 0:
                digest.update(part.encode())
            elif depth:
                for named in self.resolve(part):
                    digest.update(self.colour(named, depth - 1))
            digest.update(b"\0")
        return digest.digest()


class _Walk:
    """Follows a definition to all that it reaches."""

    def __init__(self, code: Code) -> None:
        self.code = code
        self.found: dict[Definition, None] = {}
        self.modules: set[str] = set()
        self.classes: list[Members] = []
        self.attributes: set[str] = set()
        self.asks: set[str] = set()
        self.waiting: list[Definition] = []

    def from_start(self, module: str, names: Iterable[str]) -> set[Definition]:
        """All that is reached, importing the module included."""
        parts = module.split(".")
        for end in range(1, len(parts) + 1):
            self._import(".".join(parts[:end]))
        for name in names:
            self._follow(f"{OWN}{module}:{name}")
        before = -1
        while len(self.found) > before:
            before = len(self.found)
            while self.waiting:
                self._take(self.waiting.pop())
            for members in self.classes:
                self.waiting += [piece for piece in self._wanted(members) if piece not in self.found]
            before -= bool(self.waiting)
        return set(self.found)

    def _follow(self, own: str) -> None:
        self.waiting += [piece for piece in self.code.resolve(own) if piece not in self.found]

    def _take(self, piece: Definition) -> None:
        if piece in self.found:
            return
        self.found[piece] = None
        if _is_apart(piece):
            return
        self.attributes |= piece.attributes
        self.asks |= piece.asks
        self._import(piece.module)
        for module in piece.imports:
            self._import(module)
        for own in piece.own:
            self._follow(own)
        if members := self.code.module(piece.module).members.get(piece.name):
            self.classes.append(members)

    def _import(self, module: str) -> None:
        """Importing a module counts, and so does all that it imports."""
        if module in self.modules or self.code.find(module) is None:
            return
        self.modules.add(module)
        pieces = self.code.module(module)
        self.waiting += pieces.effects
        for inner in pieces.imports:
            self._import(inner)

    def _wanted(self, members: Members) -> list[Definition]:
        """The members of a class that reached code may ask for."""
        any_member = "members" in self.asks
        return [
            *members.always,
            *(
                piece
                for name, piece in members.methods.items()
                if any_member or "methods" in self.asks or name in self.attributes
            ),
            *(
                piece
                for name, piece in members.fields.items()
                if any_member or "fields" in self.asks or name in self.attributes
            ),
            *(members.annotations if "annotations" in self.asks else []),
        ]


def _is_apart(piece: Definition) -> bool:
    return piece.name.partition(".")[0] in APART


def find_below(root: Path, top: str | None = None) -> Callable[[str], Path | None]:
    """A function that finds the file of a module below a folder, or only of the package `top`.

    A folder of modules without an `__init__.py` is a module without code.
    """

    def find(module: str) -> Path | None:
        parts = module.split(".")
        if not all(map(str.isidentifier, parts)) or (top and parts[0] != top):
            return None
        base = root.joinpath(*parts)
        if (file := base.with_suffix(".py")).is_file() or (file := base / "__init__.py").is_file():
            return file
        return base if not top and next(base.glob("*.py"), None) else None

    return find


def find_library(module: str) -> Path | None:
    """The file of a module of this package."""
    return find_below(PACKAGE.parent, PACKAGE.name)(module)


@cache
def library() -> Code:
    """The code of this package."""
    return Code(find_library, PACKAGE.parent)


@cache
def fingerprint(module: str, *names: str) -> str:
    """The fingerprint of a command of this package, or of other definitions in a module of it."""
    return library().fingerprint(module, *names)


@cache
def reached(command: str) -> frozenset[Definition]:
    """Every piece of code that a command of this package may run."""
    return frozenset(library().reached(command))
