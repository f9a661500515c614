"""Delete what no run of the config refers to: entries of the store, checkpoints, and adapters of former runs.

    make prune CONFIG=config/mine.yaml          # says how much it would free, and asks
    YES=1 make prune CONFIG=config/mine.yaml    # does not ask

A run, or a trial of a search, refers to the entry that its adapter was linked from, and to the one that its record
names if that folder is gone. Records and losses stay. Until every run and search of the config has finished, the whole
store is kept: only a job can tell which checkpoint it will resume, or which adapter it need only evaluate.
"""

import argparse
import shutil
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from instructmining.command import run_main
from instructmining.config import Config
from instructmining.config_runs import all_runs
from instructmining.config_text import read_config
from instructmining.files import read_json, read_result
from instructmining.jobs.plan import in_bytes
from instructmining.jobs.slurm_jobs import jobs_in_words, left_over_jobs, running_snakemake
from instructmining.training.store import CHECKPOINT, MANIFEST, KeptAdapter, manifest_hash

RESULTS = Path("results")
ADAPTERS = ("training/*/*/seed*/adapter", "selection/*/*/trials/*/seed*/adapter")
"""Where adapters of runs and of trials are."""


@dataclass(frozen=True)
class Waste:
    """What can be deleted."""

    entries: list[Path]
    checkpoints: list[Path]
    """And temporary files left beside them by processes that were killed."""
    adapters: list[Path]
    """Those of runs that are not in the config."""
    unfinished: list[Path]
    """Folders of runs and searches of the config; if there are any, nothing in the store is deleted."""

    @property
    def paths(self) -> list[Path]:
        """All of it."""
        return [*self.entries, *self.checkpoints, *self.adapters]


def find_waste(config: Config, results: Path) -> Waste:
    """What no run of the config refers to."""
    runs, searches = run_folders(config, results), search_folders(config, results)
    trials = [folder for search in searches for folder in search.glob("trials/*/seed*")]
    unfinished = [folder for folder in runs if not (folder / "record.json").is_file()]
    unfinished += [folder for folder in searches if not (folder / "size.json").is_file()]
    wanted = {*runs, *trials}
    adapters = [path for pattern in ADAPTERS for path in sorted(results.glob(pattern)) if path.parent not in wanted]
    referenced = {name for folder in wanted for name in refers_to(folder)}
    left = [] if unfinished else unreferenced(results / "store", referenced)
    entries = [path for path in left if path.is_dir()]
    return Waste(entries, [path for path in left if path not in entries], adapters, unfinished)


def run_folders(config: Config, results: Path) -> list[Path]:
    """The folder of each run of the config."""
    return [
        results / "training" / model / str(run) / f"seed{seed}"
        for model in config.models
        for run, seed in all_runs(config)
    ]


def search_folders(config: Config, results: Path) -> list[Path]:
    """The folder of each search of a size, which holds its trials."""
    pools = config.selection_pools() if config.selection.search else []
    return [results / "selection" / model / pool for model in config.models for pool in pools]


def refers_to(folder: Path) -> Iterator[str]:
    """The entries that the adapter and the record of a run refer to."""
    with suppress(OSError, ValueError, KeyError):  # the adapter is gone or damaged; the record says which it was
        yield manifest_hash(read_result(KeptAdapter, folder / "adapter" / MANIFEST).manifest)
    if (record := folder / "record.json").is_file():
        yield read_json(record)["training"].get("manifest", "")


def unreferenced(store: Path, referenced: set[str]) -> list[Path]:
    """What is in a store under none of these hashes."""
    return [path for path in sorted(store.glob("*")) if path.name.removesuffix(CHECKPOINT) not in referenced]


def freed_bytes(paths: Iterable[Path]) -> int:
    """Bytes that deleting these would free; a file counts once, and only if all of its hard links are deleted."""
    files = [file.lstat() for path in paths for file in (path, *path.rglob("*")) if file.is_file()]
    going = Counter((file.st_dev, file.st_ino) for file in files)
    sizes = {
        (file.st_dev, file.st_ino): file.st_size for file in files if going[file.st_dev, file.st_ino] >= file.st_nlink
    }
    return sum(sizes.values())


def waste_in_words(waste: Waste) -> str:
    """What can be deleted and what is kept, in words."""
    lines = [
        f"{len(waste.entries)} adapters and {len(waste.checkpoints)} checkpoints in the store that no run of the config"
        f" refers to, and the adapters of {len(waste.adapters)} runs that are not in the config:"
        f" deleting them frees {in_bytes(freed_bytes(waste.paths))}."
    ]
    if waste.unfinished:
        lines.append(
            f"The whole store is kept, because {len(waste.unfinished)} runs or searches of the config are not finished"
            f" (such as {waste.unfinished[0]}) and may resume from it. Finish them with `make run` first."
        )
    return "\n".join(lines)


def delete(waste: Waste) -> None:
    """Delete all of it."""
    for path in waste.paths:
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def confirmed() -> bool:
    """Whether the user agrees; no answer, or no terminal to ask at, means no."""
    if not sys.stdin.isatty():
        print("Nothing is deleted, as there is no terminal to ask at. To delete without asking: YES=1 make prune")
        return False
    try:
        return input("Delete? [y/N] ").strip().lower() in {"y", "yes"}
    except EOFError:
        return False


def refuse_beside_a_run(folder: Path) -> None:
    """End the process if a run is in progress in `folder`: its jobs use files that nothing refers to yet."""
    if process := running_snakemake(folder):
        sys.exit(f"A run is in progress here (Snakemake, process {process}). Prune once it has ended.")
    if jobs := left_over_jobs(folder):
        sys.exit(f"{jobs_in_words(jobs)}\nPrune once they have ended; `make unlock` cancels them.")


def main() -> None:
    """Say how much, ask, delete."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--yes", action="store_true", help="delete without asking")
    arguments = parser.parse_args()
    refuse_beside_a_run(Path())
    waste = find_waste(read_config([arguments.config]), RESULTS)
    print(waste_in_words(waste))
    if waste.paths and (arguments.yes or confirmed()):
        delete(waste)
        print("Deleted.")


if __name__ == "__main__":
    run_main(main)
