"""What a fine-tune has measured, kept for the repetition of a job that makes several, one after the other.

If one of them fails, or the job reaches its time limit, the job is repeated as a whole, and the outputs of all of them
are deleted before that. Those that had finished then take their record and losses from the store.

    <store>/<hash>/losses/<hash>/    beside an adapter: `record.json` and `losses.parquet`, by all that they depend on
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from instructmining.files import replacing, replacing_folder
from instructmining.training.store import Entry, link_or_copy, manifest_hash

SHARED_JOB = "INSTRUCTMINING_SHARED_JOB"
"""The environment variable that is set in a job of several fine-tunes; others keep and take nothing."""
RECORD, TABLE = "record.json", "losses.parquet"


@dataclass(frozen=True)
class KeptLosses:
    """The place in a store for the record and the losses of one fine-tune."""

    entry: Entry
    depends_on: dict[str, Any]
    """All that they depend on beside the adapter."""

    @property
    def folder(self) -> Path:
        """Where they are kept."""
        return self.entry.folder / "losses" / manifest_hash(self.depends_on)

    def keep(self, record: Path, losses: Path) -> None:
        """Keep them, both or none; nothing outside a shared job."""
        if SHARED_JOB in os.environ:
            with replacing_folder(self.folder) as temporary:
                link_or_copy(record, temporary / RECORD)
                link_or_copy(losses, temporary / TABLE)

    def give(self, record: Path, losses: Path, adapter: Path) -> bool:
        """Write them and the adapter; False where none are kept, the adapter is damaged, or the job is not shared."""
        if SHARED_JOB not in os.environ or not self.folder.is_dir() or not self.entry.find():
            return False
        self.entry.link_to(adapter)
        for kept, output in ((TABLE, losses), (RECORD, record)):
            with replacing(output) as temporary:
                link_or_copy(self.folder / kept, temporary)
        return True
