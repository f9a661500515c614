"""What a run would do, from its dry run: jobs and why they run, with GPU hours and disk estimated from earlier jobs.

snakemake --dry-run | python -m instructmining.jobs.plan
"""

import re
import statistics
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from instructmining.command import run_main
from instructmining.jobs.benchmarks import wall_seconds

# Those that share a job of the cluster are indented, below a line that says so.
SHARED = re.compile(r"^(?:\[.*\] )?Group job ", re.MULTILINE)
BLOCK = re.compile(r"^( *)(?:(?:local)?(?:rule|checkpoint)|Error in rule) \w+:$", re.MULTILINE)
START = re.compile(r"^(?:local)?(?:rule|checkpoint) (\w+):$")
LINE = re.compile(r"^    (\w+): (.*)$")
# A reason as Snakemake gives it, up to the names of files.
REASONS = re.compile(r"[^:;]+")
# Between two reasons; a param in a reason may contain a semicolon too.
BETWEEN = re.compile(r"; (?=(?:Missing|Incomplete|Updated|Input|Output|Job|Set|Code|Params|Software) )")
PARAMS = re.compile(r"Params have changed .*?before: (?P<before>.*) now: (?P<now>.*)")
# A param that names versions, such as 'torch=2.13.0 peft=0.21.2', as Snakemake writes it.
VERSIONS = re.compile(r"'([a-z][\w-]*=[\w.+!-]+(?: [a-z][\w-]*=[\w.+!-]+)*)'")
# How many GPUs a job asks for: as a resource, or in an option of sbatch with the GPU's model (profiles/slurm).
GPUS = re.compile(r"(?:\bgpu=|--gpus-per-node=(?:[^,:\s]+:)?|--site-gres=gpu:(?:[^,:\s]+:)?)(\d+)(?![^,\s])")
# A param that is the fingerprint of a command's code.
CODE = re.compile(r"'[0-9a-f]{12}'")


@dataclass
class PlannedJob:
    """One job of the dry run."""

    rule: str
    about: dict[str, str] = field(default_factory=dict)

    @property
    def gpus(self) -> int:
        """How many GPUs it asks for."""
        return max(map(int, GPUS.findall(self.about.get("resources", ""))), default=0)

    @property
    def limit_hours(self) -> float:
        """Its time limit."""
        found = re.search(r"\bruntime=(\d+)", self.about.get("resources", ""))
        return int(found[1]) / 60 if found else 0.0

    def reasons(self) -> list[str]:
        """Why it runs, without the names of files."""
        return [said for part in BETWEEN.split(self.about.get("reason", "")) for said in in_words(part)]


def in_words(reason: str) -> list[str]:
    """One of Snakemake's reasons, without the names of files; of changed params, whether it is the lock or the code."""
    said = REASONS.match(reason.strip())
    if not said:
        return []
    params = PARAMS.match(reason)
    if not params:
        return [said[0].strip()]
    sides = params["before"], params["now"]
    known = [lock_change(*sides), "Its code has changed" if all(map(CODE.search, sides)) else ""]
    others = any(re.search(r"\w", CODE.sub("", VERSIONS.sub("", side))) for side in sides)
    return [*filter(None, known), *([said[0].strip()] if others or not any(known) else [])]


def lock_change(before: str, now: str) -> str:
    """Which versions differ between two lists of params, such as `the lock changed: torch 2.12.0 -> 2.13.0`."""
    old, new = versions(before), versions(now)
    both = [name for name in old if name in new and old[name] != new[name]]
    changes = ", ".join(f"{name} {' and '.join(old[name])} -> {' and '.join(new[name])}" for name in both)
    return f"the lock changed: {changes}" if changes else ""


def versions(params: str) -> dict[str, list[str]]:
    """The versions of each package that params name; outputs of one job may have been made with several."""
    pins = [pin.split("=", 1) for param in VERSIONS.findall(params) for pin in param.split(" ")]
    return {name: sorted({version for other, version in pins if other == name}) for name, _ in pins}


def main() -> None:
    """Print the plan."""
    text = sys.stdin.read()
    if "Nothing to be done" in text:
        print("Nothing to do: all results are up to date.")
        return
    jobs = read_dry_run(text)
    if not jobs:
        sys.exit(f"{text}\nNo plan: the dry run failed; Snakemake says above why.")
    print(plan_in_words(jobs, Path()))
    if shared := sharing(text):
        print(shared)


def sharing(text: str) -> str:
    """How many jobs of a dry run share jobs of the cluster, in a sentence; empty if none do."""
    shared, members = len(SHARED.findall(text)), sum(bool(indent) for indent in BLOCK.findall(text))
    jobs = f"{shared} job{'s' if shared > 1 else ''}"
    return f"{members} of these jobs share {jobs} of the cluster, one after the other in each." if shared else ""


def job_lines(text: str) -> Iterator[str]:
    """The lines of a dry run or a log; those of a job that shares one with others are given like all others."""
    indent = ""
    for line in text.splitlines():
        if block := BLOCK.match(line):
            indent = block[1]
        yield line.removeprefix(indent)


def read_dry_run(text: str) -> list[PlannedJob]:
    """The jobs of a dry run, without the target."""
    jobs: list[PlannedJob] = []
    for line in job_lines(text):
        if start := START.match(line):
            jobs.append(PlannedJob(start[1]))
        elif jobs and (about := LINE.match(line)):
            jobs[-1].about.setdefault(about[1], about[2])
    return [job for job in jobs if job.rule != "all"]


def plan_in_words(jobs: list[PlannedJob], root: Path) -> str:
    """A table of rules, then the totals."""
    by_rule: dict[str, list[PlannedJob]] = defaultdict(list)
    for job in jobs:
        by_rule[job.rule].append(job)
    rows = [("rule", "jobs", "GPU hours", "disk", "why")]
    rows += [_row(rule, members, root) for rule, members in by_rule.items()]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = ["  ".join([*(cell.ljust(w) for cell, w in zip(row, widths, strict=False)), row[4]]) for row in rows]
    return "\n".join([*lines, "", *_totals(jobs, root)])


def _row(rule: str, jobs: list[PlannedJob], root: Path) -> tuple[str, str, str, str, str]:
    why = Counter(reason for job in jobs for reason in job.reasons())
    hours, size = gpu_hours(jobs, root), disk_bytes(jobs, root)
    spent = f"{hours:.1f}" if hours is not None else f"up to {_limit(jobs):.0f}"
    return (
        rule,
        str(len(jobs)),
        spent if any(job.gpus for job in jobs) else "-",
        in_bytes(size) if size is not None else "?",
        ", ".join(f"{reason[0].lower()}{reason[1:]}" for reason, _ in why.most_common()),
    )


def _totals(jobs: list[PlannedJob], root: Path) -> list[str]:
    gpu_jobs = [job for job in jobs if job.gpus]
    known = [job for job in gpu_jobs if gpu_hours([job], root) is not None]
    unknown = [job for job in gpu_jobs if job not in known]
    sizes = [disk_bytes([job], root) for job in jobs]
    missing = sum(size is None for size in sizes)
    hours = gpu_hours(known, root) or 0.0
    lines = [f"{len(jobs)} jobs, {len(gpu_jobs)} of them on a GPU: {hours:.1f} GPU hours, going by earlier jobs"]
    if unknown:
        lines.append(
            f"  plus {len(unknown)} GPU jobs of a kind not run yet: at most {_limit(unknown):.0f} hours, their limit"
        )
    lines.append(f"disk: {in_bytes(sum(size or 0 for size in sizes))}, going by earlier jobs")
    if missing:
        lines.append(f"  plus the files of {missing} jobs of a kind not run yet")
    return lines


def _limit(jobs: Iterable[PlannedJob]) -> float:
    return sum(job.gpus * job.limit_hours for job in jobs)


def gpu_hours(jobs: Iterable[PlannedJob], root: Path) -> float | None:
    """GPU hours of jobs, going by the benchmarks of earlier jobs of the kind; None if a GPU job has none."""
    total = 0.0
    for job in jobs:
        if not job.gpus:
            continue
        seconds = job_seconds(job.about.get("benchmark", ""), root)
        if seconds is None:
            return None
        total += job.gpus * seconds / 3600
    return total


def job_seconds(benchmark: str, root: Path) -> float | None:
    """Wall time of a job in seconds, going by the benchmarks of earlier jobs of the kind; None if there are none."""
    seconds = [wall_seconds(path) for path in similar(benchmark, root)]
    return statistics.mean(seconds) if seconds else None


def disk_bytes(jobs: Iterable[PlannedJob], root: Path) -> float | None:
    """Bytes that jobs write, going by earlier jobs of the kind; None if there are none."""
    total = 0.0
    for job in jobs:
        for output in job.about.get("output", "").split(", "):
            sizes = [_size(path) for path in similar(output.split(" ")[0], root)]
            if not sizes:
                return None
            total += statistics.mean(sizes)
    return total


def similar(path: str, root: Path) -> list[Path]:
    """Files that differ from `path` only in wildcards: the file itself, or else those with other numbers."""
    if not path:
        return []
    if (root / path).exists():
        return [root / path]
    pattern = re.sub(r"\d+", "*", path)
    return sorted(root.glob(pattern)) or sorted(root.glob(re.sub(r"(training/[^/]+/)[^/]+", r"\1*", pattern)))


def _size(path: Path) -> int:
    """The size of a file, or of the files in a folder."""
    files = [file for file in path.rglob("*") if file.is_file()] if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files)


def in_bytes(size: float) -> str:
    """A number of bytes, in MB or GB."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.1f} MB"


if __name__ == "__main__":
    run_main(main)
