"""The files of the explorer's page, and a hash of them; it imports nothing heavy, as the rules import it."""

import hashlib
from pathlib import Path

FOLDERS = [Path(__file__).with_name(name) for name in ("assets", "vendor")]


def asset_files() -> list[Path]:
    """Our own files, then those of the libraries with their licences."""
    return [path for folder in FOLDERS for path in sorted(folder.iterdir())]


def assets_hash() -> str:
    """The first 12 hex digits of a hash of all these files, so that a changed file is copied again."""
    parts = [f"{path.name}:{hashlib.sha256(path.read_bytes()).hexdigest()}" for path in asset_files()]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]
