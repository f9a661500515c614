"""The content of the user's files as hashes: what depends on a file runs again when its content changes, and only then.

Neither name nor time says whether a file is the one that was read: `mv`, `cp -p`, `rsync -a` and archives keep times
or set old ones, and `touch` sets new ones. Hashes are kept, so that each file is read once: by path, inode, size and
times, which stay the same only if nobody has written to the file.
"""

import hashlib
import json
import time
from pathlib import Path

from instructmining.files import file_hash, write_text

LARGE = 4 * 2**30
"""Bytes; of a larger file only size, time of the last change and samples are hashed, as reading it takes too long."""
SAMPLES, SAMPLE_BYTES = 64, 2**20
SETTLED_SECONDS = 2.0
"""A file written this recently may be written again without its times showing it, so its hash is not kept."""

Stamp = list[int]
"""Inode, size and times of a file."""


class Contents:
    """The hashes of files, kept in a JSON file."""

    def __init__(self, kept: Path) -> None:
        self.path = kept
        self.kept: dict[str, tuple[Stamp, str]] = _read(kept)

    def hash(self, path: Path) -> str:
        """The first 16 hex digits of the hash of a file's content; raises FileNotFoundError if it does not exist."""
        stamp = _stamp(path)
        known = self.kept.get(str(path.absolute()))
        if known and known[0] == stamp:
            return known[1]
        found = (sampled_hash(path) if stamp[1] > LARGE else file_hash(path))[:16]
        if time.time_ns() - max(stamp[2:]) > SETTLED_SECONDS * 1e9:
            self.kept[str(path.absolute())] = (stamp, found)
            write_text(self.path, json.dumps(self.kept))
        return found


def sampled_hash(path: Path) -> str:
    """The hash of a large file's size, time of change, and evenly spaced samples from its first byte to its last."""
    status = path.stat()
    digest = hashlib.sha256(f"{status.st_size} {status.st_mtime_ns}".encode())
    with path.open("rb") as file:
        for number in range(SAMPLES):
            file.seek(number * (status.st_size - SAMPLE_BYTES) // (SAMPLES - 1))
            digest.update(file.read(SAMPLE_BYTES))
    return digest.hexdigest()


def _stamp(path: Path) -> Stamp:
    status = path.stat()
    return [status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns]


def _read(kept: Path) -> dict[str, tuple[Stamp, str]]:
    """What is kept; nothing if the file is missing or damaged, as it can be made again."""
    try:
        return {path: (stamp, found) for path, (stamp, found) in json.loads(kept.read_text(encoding="utf-8")).items()}
    except (FileNotFoundError, ValueError, TypeError, AttributeError):
        return {}
