"""The links of a prepared model to files elsewhere: created, checked before a model is loaded, and renewed.

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


def check_links(folder: Path) -> None:
    """Raise FileNotFoundError, with what to do, where a file of a prepared model is gone; call it before loading."""
    if gone := dangling(folder):
        more = f" (and {len(gone) - 1} more)" if len(gone) > 1 else ""
        prepare = f"snakemake --force {folder / 'model.json'}"
        raise FileNotFoundError(
            f"{gone[0]} -> {gone[0].readlink()}{more}: the file that this link points to is gone, for example"
            " because the model was moved, a scratch disk purged or the hub's cache cleaned; put it back, or prepare"
            f" the model again: `{prepare}` with the --configfile of the run (a model of the hub needs a network);"
            " results made with the same files stay up to date"
        )
