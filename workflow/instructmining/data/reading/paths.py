"""The files that a path of the config names: a file, a folder, a pattern, or a list of these."""

import hashlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from glob import glob, has_magic
from pathlib import Path

from instructmining.data.errors import DataError
from instructmining.files import file_hash

FORMATS = (".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".parquet")
"""Endings of the names of data files."""
PACKED = (".gz", ".gzip", ".zst", ".zstd")
"""What may follow them."""
EXPECTED = f"a name that ends in {', '.join(FORMATS)}, or in one of these and {', '.join(PACKED)}"
NAMED = 10
"""Files that a message names."""


@dataclass(frozen=True)
class Found:
    """The data files of a path in the order in which they are read, and what else is in its folder."""

    files: tuple[Path, ...]
    left_out: tuple[str, ...] = ()

    def in_words(self) -> str:
        """Which files are read, and which are not."""
        files = _named([str(file) for file in self.files])
        count = f"{len(self.files)} files: " if len(self.files) > 1 else ""
        return count + files + (f"; not read: {_named(self.left_out)}" if self.left_out else "")


def find_files(path: str | Path | Sequence[str | Path], root: Path = Path()) -> Found:
    """The files of a path, or of several in their order; raises DataError where one has none, or a file is there twice.

    A folder stands for the data files in it, in the order of their names; `~`, environment variables and the patterns
    of a shell (`*`, `?`, `[...]`, and `**` for folders in folders) mean what they mean there, unless a file has this
    very name.
    """
    found = [_find(str(one), root) for one in ([path] if isinstance(path, str | Path) else path)]
    files = [file for each in found for file in each.files]
    seen: dict[Path, Path] = {}
    for file in files:
        if (other := seen.setdefault(file.resolve(), file)) is not file:
            raise DataError(f"{file}: this file is named twice, also as {other}")
    return Found(tuple(files), tuple(name for each in found for name in each.left_out))


def path_problem(path: str | Sequence[str], root: Path) -> str:
    """Why a path of the config leads to no data files, or may not be looked at; empty if it does."""
    try:
        find_files(path, root)
    except (DataError, OSError) as error:
        return str(error)
    return ""


def same_files(path: str | Sequence[str]) -> set[str]:
    """The files of a path, each by one name whatever leads to it; where there are none, the path itself."""
    if not isinstance(path, str):
        return {file for each in path for file in same_files(each)}
    files = () if path_problem(path, Path()) else find_files(path).files
    return {str(file.resolve()) for file in files or (Path(path),)}


def data_format(path: Path) -> str:
    """The ending of a file's name that says how it is read, such as `.jsonl`, without those of packed files."""
    name = path.name.lower()
    while (shorter := _without_packed(name)) != name:
        name = shorter
    return Path(name).suffix


def files_hash(files: Sequence[Path]) -> str:
    """SHA-256 of a file, in hex; of several files, that of the lines of their hashes."""
    hashes = [file_hash(file) for file in files]
    return (
        hashes[0] if len(hashes) == 1 else hashlib.sha256("".join(f"{each}\n" for each in hashes).encode()).hexdigest()
    )


def _find(path: str, root: Path) -> Found:
    named = root / path
    if not named.exists():
        path = os.path.expandvars(os.path.expanduser(path))  # noqa: PTH111 - `expanduser` of Path raises
        named = root / path
    if named.is_dir():
        return _data_files(f"{named}: this is a folder without data files", sorted(named.iterdir()))
    if named.exists():
        return Found((named,))
    if has_magic(path):
        matches = sorted(glob(path, root_dir=root, recursive=True))  # noqa: PTH207 - that of Path is always relative
        return _data_files(f"{named}: no data file has such a name", [root / match for match in matches])
    unset = re.search(r"\$\{?\w+\}?", path)
    hint = f"; there is no environment variable {unset[0]}" if unset else ""
    if "://" in path:
        raise DataError(f"{path}: this is an address, not a path; download the file, or name a data set with `hub`")
    raise DataError(f"file not found: {named}{hint}")


def _data_files(problem: str, candidates: Sequence[Path]) -> Found:
    """The data files among some files and folders; raises DataError, with what was found, where there is none."""
    if lost := next((each for each in candidates if _is_data(each) and not each.exists()), None):
        raise DataError(f"{lost}: a link to a file that is not there; fetch the file, or remove the link")
    files = tuple(each for each in candidates if each.is_file() and _is_data(each))
    others = tuple(f"{each.name}/" if each.is_dir() else each.name for each in candidates if each not in files)
    if not files:
        raise DataError(f"{problem}; found {_named(others) or 'nothing'}; expected {EXPECTED}")
    return Found(files, others)


def _is_data(path: Path) -> bool:
    return not path.name.startswith(".") and data_format(path) in FORMATS


def _without_packed(name: str) -> str:
    return next((name.removesuffix(ending) for ending in PACKED if name.endswith(ending)), name)


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
