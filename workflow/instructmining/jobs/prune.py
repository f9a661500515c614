"""Drop what no run of the config refers to: entries of the store, checkpoints, and adapters of runs that are no more.

    make prune CONFIG=config/mine.yaml          # says how much it would free, and asks
    YES=1 make prune CONFIG=config/mine.yaml    # does not ask

A run refers to the entry that its adapter was linked from, and to the one that its record names where that folder is
gone; so do the trials of a search. Records and losses stay. As long as a run or a search of the config is not finished,
the store is kept whole: which checkpoint it will resume, or which adapter it has but to measure, only its job can tell.
"""

import argparse
import shutil
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import yaml

from instructmining.config import Config, load_config
from instructmining.config_error import ConfigError
from instructmining.config_runs import all_runs
from instructmining.files import read_json, read_result
from instructmining.jobs.plan import in_bytes
from instructmining.jobs.slurm_jobs import jobs_in_words, left_over_jobs, running_snakemake
from instructmining.training.store import CHECKPOINT, MANIFEST, KeptAdapter, manifest_hash

RESULTS = Path("results")
ADAPTERS = ("training/*/*/seed*/adapter", "selection/*/*/trials/*/seed*/adapter")
"""Where there are adapters of runs and of trials."""


@dataclass(frozen=True)
class Waste:
    """What may go."""

    entries: list[Path]
    checkpoints: list[Path]
    """And what a process that was killed left beside them."""
    adapters: list[Path]
    """Of runs that the config does not have."""
    unfinished: list[Path]
    """Folders of runs and searches of the config; where there are any, nothing of the store goes."""

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
    """The entries that the adapter and the record of a run point at."""
    with suppress(OSError, ValueError, KeyError):  # it is gone or damaged; the record tells
        yield manifest_hash(read_result(KeptAdapter, folder / "adapter" / MANIFEST).manifest)
    if (record := folder / "record.json").is_file():
        yield read_json(record)["training"].get("manifest", "")


def unreferenced(store: Path, referenced: set[str]) -> list[Path]:
    """What lies in a store and is named by none of these hashes."""
    return [path for path in sorted(store.glob("*")) if path.name.removesuffix(CHECKPOINT) not in referenced]


def freed_bytes(paths: Iterable[Path]) -> int:
    """What deleting these would free: a file only where all of its hard links go, and once."""
    files = [file.lstat() for path in paths for file in (path, *path.rglob("*")) if file.is_file()]
    going = Counter((file.st_dev, file.st_ino) for file in files)
    sizes = {
        (file.st_dev, file.st_ino): file.st_size for file in files if going[file.st_dev, file.st_ino] >= file.st_nlink
    }
    return sum(sizes.values())


def waste_in_words(waste: Waste) -> str:
    """What may go and what stays, in words."""
    lines = [
        f"{len(waste.entries)} adapters and {len(waste.checkpoints)} checkpoints in the store that no run of the config"
        f" refers to, and the adapters of {len(waste.adapters)} runs that it does not have:"
        f" deleting them frees {in_bytes(freed_bytes(waste.paths))}."
    ]
    if waste.unfinished:
        lines.append(
            f"The store is kept whole: {len(waste.unfinished)} runs or searches of the config are not finished"
            f" (such as {waste.unfinished[0]}), and may go on from what lies there. Finish them with `make run` first."
        )
    return "\n".join(lines)


def delete(waste: Waste) -> None:
    """Delete what may go."""
    for path in waste.paths:
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def confirmed() -> bool:
    """Whether someone at a terminal says yes; no answer means no."""
    if not sys.stdin.isatty():
        print("Nothing is deleted, as nobody can be asked: YES=1 make prune deletes it.")
        return False
    try:
        return input("Delete? [y/N] ").strip().lower() in {"y", "yes"}
    except EOFError:
        return False


def refuse_beside_a_run(folder: Path) -> None:
    """End the process where a run in `folder` is going on: its jobs use what they do not refer to yet."""
    if process := running_snakemake(folder):
        sys.exit(f"Snakemake runs here, as process {process}: prune when it has ended.")
    if jobs := left_over_jobs(folder):
        sys.exit(f"{jobs_in_words(jobs)}\nPrune when they have ended; `make unlock` cancels them.")


def main() -> None:
    """Say how much, ask, delete."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--yes", action="store_true", help="delete without asking")
    arguments = parser.parse_args()
    refuse_beside_a_run(Path())
    try:
        config = load_config(yaml.safe_load(arguments.config.read_text(encoding="utf-8")))
    except ConfigError as error:
        sys.exit(f"The config is wrong:\n{error}")
    waste = find_waste(config, RESULTS)
    print(waste_in_words(waste))
    if waste.paths and (arguments.yes or confirmed()):
        delete(waste)
        print("Deleted.")


if __name__ == "__main__":
    main()
