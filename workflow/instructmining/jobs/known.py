"""What was found about the code of this library, kept for the next process that asks.

Every job of a cluster parses the workflow again, and reading the library takes a fifth of that. What is kept holds for
exactly these files of code and this Python.
"""

import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from instructmining.files import write_text
from instructmining.jobs.fingerprint import fingerprint
from instructmining.jobs.plan_guard import files_hash
from instructmining.jobs.read_settings import fields_read
from instructmining.settings import Settings


class KnownCode:
    """The fingerprints of commands and the settings that they read, kept in a JSON file."""

    def __init__(self, kept: Path) -> None:
        self.path = kept
        self.code = f"{files_hash()} {sys.version}"
        self.found: dict[str, Any] = _read(kept, self.code)

    def fingerprint(self, command: str) -> str:
        """The fingerprint of a command."""
        found: str = self._once(command, partial(fingerprint, command))
        return found

    def fields_read(self, command: str, settings: type[Settings]) -> frozenset[str]:
        """The keys of a class of settings that a command asks for, and those that it must be given."""
        name = f"{command} {settings.__module__}:{settings.__qualname__}"
        return frozenset(self._once(name, lambda: sorted(fields_read(command, settings))))

    def _once(self, name: str, find: Callable[[], Any]) -> Any:
        if name not in self.found:
            self.found[name] = find()
            write_text(self.path, json.dumps({"code": self.code, "found": self.found}))
        return self.found[name]


def _read(kept: Path, code: str) -> dict[str, Any]:
    """What is kept about this code; nothing where the file is missing or was damaged, as it can be made again."""
    try:
        document = json.loads(kept.read_text(encoding="utf-8"))
        return dict(document["found"]) if document["code"] == code else {}
    except (FileNotFoundError, ValueError, TypeError, KeyError):
        return {}
