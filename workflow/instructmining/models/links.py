"""The links of a prepared model to files elsewhere: created, checked, and renewed.

Nothing heavy is imported here, so that the workflow can renew links before any job starts.
"""

import os
from pathlib import Path


def link(path: Path, target: Path) -> None:
    """Make `path` a link to a file, in one step; relative if both are in the working directory, which may then move.

    Links that lead to the file, such as those in the cache of the hub, are resolved now.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    folder, target, here = path.parent.resolve(), target.resolve(), Path.cwd().resolve()
    inside = folder.is_relative_to(here) and target.is_relative_to(here)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(os.path.relpath(target, folder) if inside else target)
    temporary.replace(path)


def dangling(folder: Path) -> list[Path]:
    """The links of a prepared model whose file is gone, sorted."""
    return [path for path in sorted(folder.rglob("*")) if path.is_symlink() and not path.exists()]


def relink(folder: Path, origin: Path) -> list[Path]:
    """Renew the links of a prepared model whose file is gone, if `origin` has a file of that name; return the renewed.

    The caller must know that it is the same file: `model.json` beside the links is not checked.
    """
    found = {path: origin / path.relative_to(folder) for path in dangling(folder)}
    renewed = {path: target for path, target in found.items() if target.is_file()}
    for path, target in renewed.items():
        link(path, target)
    return list(renewed)
