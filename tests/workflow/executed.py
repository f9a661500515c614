"""Records which functions of the package a job runs; the tests' run has it as `sitecustomize`, which Python imports first.

One line a function: its module and its name. They go to `executed/<command>.<process>.txt` in the working directory.
"""

import atexit
import os
import sys
import threading
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

PACKAGE = str(Path(__file__).parent / "instructmining") + os.sep
FUNCTION = 0x1 | 0x2  # of a code object: what modules and bodies of classes are not
LONG = ("instructmining.training.", "instructmining.indicators.")
seen: set[CodeType] = set()


def note(frame: FrameType, event: str, argument: Any) -> None:
    """Remember what is called, and look no further into it."""
    seen.add(frame.f_code)


def write() -> None:
    """Write what was called of the package."""
    sys.settrace(None)
    found = set()
    for code in seen:
        if code.co_filename.startswith(PACKAGE) and code.co_flags & FUNCTION == FUNCTION:
            parts = Path(code.co_filename).relative_to(Path(PACKAGE).parent).with_suffix("").parts
            module = ".".join(part for part in parts if part != "__init__")
            found.add(f"{module} {code.co_qualname.partition('.<locals>')[0]} {code.co_firstlineno}")
    folder = Path("executed")
    folder.mkdir(exist_ok=True)
    (folder / f"{command}.{os.getpid()}.txt").write_text("".join(f"{line}\n" for line in sorted(found)))


options = sys.orig_argv[1:]
command = options[options.index("-m") + 1] if "-m" in options[:-1] else ""
recorded = len(list(Path("executed").glob(f"{command}.*")))
# Jobs with models take half as long again when they are watched, and all do the same.
if command.startswith("instructmining.") and not (command.startswith(LONG) and recorded >= 2):
    sys.settrace(note)
    threading.settrace(note)
    atexit.register(write)
