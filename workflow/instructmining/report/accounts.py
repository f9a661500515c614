"""The accounts of a run for its report: data in and out with every loss, texts that were cut, what it cost."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from instructmining.files import read_json, read_result
from instructmining.indicators.results import ShardReport
from instructmining.training.mixed import made_with, mixtures
from instructmining.training.run import RunName

STEPS = {"source": "Import", "pool": "Pools", "selection": "Selection from {name}"}
"""What examples go through on their way to a selection, by the stage of an account."""
TOLD = 0.05
"""A share of lost rows or cut texts from which a warning is given."""


@dataclass(frozen=True)
class Account:
    """What became of the rows of one source, pool, eval set or selection."""

    stage: str
    name: str
    note: str
    """What else is to be known: licence and form of a source, role of an eval set, the source within a pool."""
    rows_in: int
    kept: int
    dropped: dict[str, int]
    """How many were dropped, by reason."""


@dataclass(frozen=True)
class Truncation:
    """How many texts of a source the model of an indicator did not see whole."""

    indicator: str
    pool: str
    source: str
    examples: int
    truncated: int

    @property
    def share(self) -> float:
        """Share of the examples."""
        return self.truncated / self.examples if self.examples else 0.0


@dataclass(frozen=True)
class Cost:
    """Time that one kind of job took."""

    what: str
    jobs: int
    hours: float
    """Summed over jobs, which may have run side by side."""
    tokens: int | None
    """Tokens trained on; None for jobs that train nothing."""
    peak_memory_gb: float | None
    peak_gpu_memory_gb: float | None


def account(path: Path, licences: Mapping[str, str | None]) -> list[Account]:
    """The accounts in one report: of a source, of an eval set, or of a pool and each of its sources."""
    report = read_json(path)
    counts = report["rows_in"], report["kept"], report["dropped"]
    if "source" in report:
        form = [report["form"]] if report["form"] else []  # a degraded variant has that of its origin
        note = ", ".join([*form, licences.get(report["source"]) or "licence not given", f"from {report['origin']}"])
        return [Account("source", report["source"], note, *counts)]
    if "eval_set" in report:
        part = f", part {report['part']}" if report["part"] else ""
        return [Account("eval set", report["eval_set"], f"role {report['role']}{part}", *counts)]
    return [
        Account("pool", report["pool"], source, found["rows_in"], found["kept"], found["dropped"])
        for source, found in report["sources"].items()
    ]


def losses_in_words(accounts: Iterable[Account]) -> list[str]:
    """What was kept and what was not at each step on the way to a selection, a sentence each."""
    steps: dict[str, list[Account]] = defaultdict(list)
    for found in accounts:
        if found.stage in STEPS:
            steps[STEPS[found.stage].format(name=found.name)].append(found)
    return [_in_words(step, members) for step, members in steps.items()]


def _in_words(step: str, accounts: list[Account]) -> str:
    dropped = sum((Counter(found.dropped) for found in accounts), Counter[str]())
    reasons = ", ".join(f"{count:,} {reason}" for reason, count in dropped.most_common())
    kept, rows_in = sum(found.kept for found in accounts), sum(found.rows_in for found in accounts)
    return f"{step}: {kept:,} of {rows_in:,} kept" + (f"; left out: {reasons}." if reasons else ".")


def truncations(reports: Iterable[Path]) -> list[Truncation]:
    """Cut texts by indicator, pool and source, where any can be cut; a report lies in {pool}/{scorer}/{shard}."""
    examples: dict[tuple[str, str, str], int] = defaultdict(int)
    cut: Counter[tuple[str, str, str]] = Counter()
    for path in reports:
        report = read_result(ShardReport, path)
        pool = path.parent.parent.name
        for indicator, counts in report.truncated.items():
            for source, count in report.examples.items():
                examples[indicator, pool, source] += count
                cut[indicator, pool, source] += counts.get(source, 0)
    return [Truncation(*key, count, cut[key]) for key, count in sorted(examples.items())]


def scoring_costs(reports: Iterable[Path]) -> list[Cost]:
    """Time of each scorer."""
    seconds: dict[str, list[float]] = defaultdict(list)
    for path in reports:
        seconds[path.parent.name].append(read_result(ShardReport, path).timing.seconds)
    return [
        Cost(f"scoring: {scorer}", len(values), sum(values) / 3600, None, None, None)
        for scorer, values in sorted(seconds.items())
    ]


def arm_mixtures(records: Iterable[Path]) -> list[str]:
    """In what the fine-tunes of a model's arms were not made alike; of those for the rule, the rule itself tells."""
    made: dict[str, list[dict[str, str]]] = defaultdict(list)
    for path in records:
        record = read_json(path)
        if not RunName.read(record["run"]).subset:
            made[record["model"]].append(made_with(record))
    return [f"Arms of {model}: {mixture.sentence}" for model, one in made.items() for mixture in mixtures(one)]


def training_costs(records: Iterable[Path]) -> list[Cost]:
    """Time, tokens and memory of the fine-tunes for the rule, and of those of each arm."""
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for path in records:
        record = read_json(path)
        run = RunName.read(record["run"])
        groups["fine-tunes: subsets, for the rule" if run.subset else f"fine-tunes: arm {run}"].append(record)
    return [_training_cost(what, members) for what, members in groups.items()]


def _training_cost(what: str, records: list[dict[str, Any]]) -> Cost:
    times = [record["timing"] for record in records]
    return Cost(
        what,
        len(records),
        sum(time["seconds"] for time in times) / 3600,
        sum(record["tokens"] for record in records),
        _gigabytes(time["peak_memory_mb"] for time in times),
        _gigabytes(time["peak_gpu_memory_mb"] for time in times),
    )


def _gigabytes(megabytes: Iterable[float | None]) -> float | None:
    """The largest of some memories; None where none was measured."""
    known = [value for value in megabytes if value is not None]
    return max(known) / 1024 if known else None


def account_warnings(accounts: Iterable[Account]) -> list[str]:
    """Losses that a reader should know of; what a limit or a part leaves out was asked for."""
    asked_for = {"over limit", "other part"}
    warnings = []
    for found in accounts:
        lost = sum(count for reason, count in found.dropped.items() if reason not in asked_for)
        if found.rows_in and lost / found.rows_in > TOLD:
            where = f"{found.stage} {found.name}" + (f", source {found.note}" if found.stage == "pool" else "")
            warnings.append(f"{where}: {lost:,} of {found.rows_in:,} rows were lost; the reasons are under Data.")
    return warnings


def truncation_warnings(found: Iterable[Truncation]) -> list[str]:
    """Where so many texts were cut that scores describe something else than the examples; equal shares in one line."""
    indicators: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for cut in found:
        if cut.share > TOLD:
            indicators[cut.source, cut.pool, f"{cut.share:.0%}"].append(cut.indicator)
    return [
        f"{source} ({pool}): only a part of {share} of the examples was seen by {', '.join(names)}."
        for (source, pool, share), names in indicators.items()
    ]
