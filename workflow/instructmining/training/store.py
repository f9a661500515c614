"""The store of finished work: what training gave, by the hash of all that it depends on.

    <store>/<hash>/                          an adapter, and `manifest.json`: all that its training depends on
    <store>/<hash>.checkpoint.safetensors    a training under way

So a new eval set, a job that was killed and a forced rerun cost an evaluation, and runs with one manifest share one
entry. The folder that a job declares as its output holds hard links to the entry's files, or copies where the store is
on another file system: whole files in any case. Without a store no output is missing; what runs again is trained again.
"""

import hashlib
import json
import logging
import os
import shutil
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from instructmining.files import file_hash, read_json, write_json
from instructmining.training.step import Trained

WEIGHTS, MANIFEST, CHECKPOINT = "adapter_model.safetensors", "manifest.json", ".checkpoint.safetensors"


@dataclass(frozen=True)
class KeptAdapter:
    """`manifest.json` beside an adapter, for those who read it; `Entry` writes it from plain values."""

    manifest: dict[str, Any]
    """All that its training depends on."""
    weights: str
    """SHA-256 of the file of its weights."""
    trained: Trained
    """What its training went through."""


def manifest_hash(manifest: dict[str, Any]) -> str:
    """SHA-256 of a manifest, in hex; the order of its keys is no part of it."""
    return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class Entry:
    """The place in a store of what one manifest gives."""

    store: Path
    manifest: dict[str, Any]

    @property
    def hash(self) -> str:
        """What names it."""
        return manifest_hash(self.manifest)

    @property
    def folder(self) -> Path:
        """Where the adapter is kept."""
        return self.store / self.hash

    @property
    def checkpoint(self) -> Path:
        """Where its training saves what it has come to."""
        return self.store / f"{self.hash}{CHECKPOINT}"

    def find(self) -> Trained | None:
        """What the training of the kept adapter went through; None where there is none, or one that is not whole."""
        if not self.folder.exists():
            return None
        try:
            return Trained.earlier(check_adapter(self.folder, self.hash)["trained"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            logging.info("%s cannot be used (%s): training anew", self.folder, error)
            return None

    def keep(self, save: Callable[[Path], object], trained: Trained) -> bool:
        """Put an adapter, which `save` writes into a folder, in its place, whole or not at all.

        False where another job kept one of the same manifest first: that one stays.
        """
        temporary = self.store / f".{self.hash}.{uuid.uuid4().hex}.tmp"
        temporary.mkdir(parents=True)
        try:
            save(temporary)
            weights = file_hash(temporary / WEIGHTS)
            write_json(
                temporary / MANIFEST, {"manifest": self.manifest, "weights": weights, "trained": asdict(trained)}
            )
            return self._take_in(temporary)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)

    def _take_in(self, temporary: Path) -> bool:
        try:
            temporary.rename(self.folder)
        except OSError:  # the place is taken
            if self.find():
                return False
            shutil.rmtree(self.folder)
            temporary.rename(self.folder)
        return True

    def link_to(self, output: Path) -> None:
        """Make `output` a folder with the files of the entry."""
        temporary = output.with_name(f".{output.name}.tmp")
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir(parents=True)
        for path in self.folder.iterdir():
            link_or_copy(path, temporary / path.name)
        shutil.rmtree(output, ignore_errors=True)
        temporary.rename(output)


def link_or_copy(path: Path, to: Path) -> None:
    """A hard link to a file, or a copy where there can be none."""
    try:
        os.link(path, to)
    except OSError:
        shutil.copyfile(path, to)


def check_adapter(folder: Path, manifest: str) -> dict[str, Any]:
    """What an adapter's `manifest.json` says; raises ValueError unless it has this hash and the weights are whole."""
    about = read_json(folder / MANIFEST)
    if (found := manifest_hash(about["manifest"])) != manifest:
        raise ValueError(f"{folder / MANIFEST} has the hash {found[:12]}, expected {manifest[:12]}")
    if (found := file_hash(folder / WEIGHTS)) != about["weights"]:
        raise ValueError(f"{folder / WEIGHTS} has the hash {found[:12]}, expected {about['weights'][:12]}")
    return about
