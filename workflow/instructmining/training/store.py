"""The store of finished work: adapters, each under the hash of everything that its training depends on.

    <store>/<hash>/                          an adapter, and `manifest.json`: everything that its training depends on
    <store>/<hash>.checkpoint.safetensors    training in progress

So a new eval set, a killed job or a forced rerun costs only an evaluation, and runs with the same manifest share one
entry. The folder that a job declares as its output contains hard links to the entry's files, or copies if the store is
on another file system: whole files in either case. Deleting the store loses no output, but what runs again then trains.
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
    """Everything that its training depends on."""
    weights: str
    """SHA-256 of the file of its weights."""
    trained: Trained
    """How it was trained."""


def manifest_hash(manifest: dict[str, Any]) -> str:
    """SHA-256 of a manifest, in hex, whatever the order of its keys."""
    return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class Entry:
    """The place in a store for the adapter of one manifest."""

    store: Path
    manifest: dict[str, Any]

    @property
    def hash(self) -> str:
        """The hash of the manifest, which is the entry's name."""
        return manifest_hash(self.manifest)

    @property
    def folder(self) -> Path:
        """Where the adapter is kept."""
        return self.store / self.hash

    @property
    def checkpoint(self) -> Path:
        """Where its training saves its state."""
        return self.store / f"{self.hash}{CHECKPOINT}"

    def find(self) -> Trained | None:
        """How the kept adapter was trained; None if there is none, or if it is damaged."""
        if not self.folder.exists():
            return None
        try:
            return Trained.earlier(check_adapter(self.folder, self.hash)["trained"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            logging.info("%s cannot be used (%s): training again", self.folder, error)
            return None

    def keep(self, save: Callable[[Path], object], trained: Trained) -> bool:
        """Keep an adapter, which `save` writes into a folder, whole or not at all.

        Returns False if another job kept one with the same manifest first; that one stays.
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
        """Make `output` a folder with the entry's files."""
        temporary = output.with_name(f".{output.name}.tmp")
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir(parents=True)
        for path in filter(Path.is_file, self.folder.iterdir()):
            link_or_copy(path, temporary / path.name)
        shutil.rmtree(output, ignore_errors=True)
        temporary.rename(output)


def link_or_copy(path: Path, to: Path) -> None:
    """Hard-link a file, or copy it if that is impossible."""
    try:
        os.link(path, to)
    except OSError:
        shutil.copyfile(path, to)


def check_adapter(folder: Path, manifest: str) -> dict[str, Any]:
    """What an adapter's `manifest.json` says; raises ValueError unless it has this hash and the weights are intact."""
    about = read_json(folder / MANIFEST)
    if (found := manifest_hash(about["manifest"])) != manifest:
        raise ValueError(f"{folder / MANIFEST} has the hash {found[:12]}, expected {manifest[:12]}")
    if (found := file_hash(folder / WEIGHTS)) != about["weights"]:
        raise ValueError(f"{folder / WEIGHTS} has the hash {found[:12]}, expected {about['weights'][:12]}")
    return about
