"""The accounts of a run for its report: data in and out with every loss, texts that were cut, and costs."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from instructmining.files import read_json, read_result
from instructmining.indicators.results import ShardReport
from instructmining.training.mixed import made_with, mixtures
from instructmining.training.record import Record

STEPS = {"source": "Import", "pool": "Pools", "selection": "Selection from {name}"}
"""What examples go through on their way to a selection, by the stage of an account."""
WARNED_ABOVE = 0.05
"""Share of lost rows or cut texts above which there is a warning."""


@dataclass(frozen=True)
class Account:
    """What became of the rows of one source, pool, eval set or selection."""

    stage: str
    """`source`, `pool`, `eval set` or `selection`."""
    name: str
    """Its name in the config; of a selection, pool and base model."""
    note: str
    """What else a reader should know: licence and form of a source, role of an eval set, the source within a pool."""
    rows_in: int
    """Rows before."""
    kept: int
    """Rows after."""
    dropped: dict[str, int]
    """How many were dropped, by reason."""


@dataclass(frozen=True)
class Truncation:
    """How many texts of a source were too long for the model of an indicator, which saw only part of them."""

    indicator: str
    """The indicator."""
    pool: str
    """The pool."""
    source: str
    """The source."""
    examples: int
    """Examples scored."""
    truncated: int
    """Of these, examples that were cut."""

    @property
    def share(self) -> float:
        """Share of the examples that were cut."""
        return self.truncated / self.examples if self.examples else 0.0


@dataclass(frozen=True)
class JobCost:
    """What one kind of job took."""

    what: str
    """The kind, in words."""
    jobs: int
    """How many jobs."""
    hours: float
    """Summed over jobs, which may have run side by side."""
    tokens: int | None
    """Tokens trained on; None for jobs that train nothing."""
    peak_memory_gb: float | None
    """Of the largest job; None where it is not measured."""
    peak_gpu_memory_gb: float | None
    """Of the largest job; None where it is not measured."""


def account(path: Path, licences: Mapping[str, str | None]) -> list[Account]:
    """The accounts in one report: of a source, of an eval set, or of a pool and each of its sources."""
    report = read_json(path)
    counts = report["rows_in"], report["kept"], report["dropped"]
    if "source" in report:
        return [Account("source", report["source"], _source_note(report, licences), *counts)]
    if "eval_set" in report:
        part = f", part {report['part']}" if report["part"] else ""
        return [Account("eval set", report["eval_set"], f"role {report['role']}{part}", *counts)]
    return [
        Account("pool", report["pool"], source, found["rows_in"], found["kept"], found["dropped"])
        for source, found in report["sources"].items()
    ]


def _source_note(report: Mapping[str, Any], licences: Mapping[str, str | None]) -> str:
    """Form, licence and origin of a source, and what of its rows was not read; a degraded variant has no form."""
    form = report["form"] if isinstance(report["form"], str) else "mapped fields" if report["form"] else ""
    note = [form, licences.get(report["source"]) or "licence not given", f"from {report['origin']}"]
    not_read = ", ".join(f"{field} {rows:,}" for field, rows in report["not_read"].items())
    trimmed = f"cut after the last answer: {report['trimmed']:,}" if report["trimmed"] else ""
    return "; ".join(filter(None, [", ".join(filter(None, note)), not_read and f"not read: {not_read}", trimmed]))


def losses_in_words(accounts: Iterable[Account]) -> list[str]:
    """What was kept and what was left out at each step on the way to a selection: one sentence for each step."""
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
    """Cut texts by indicator, pool and source; a report is in {pool}/{scorer}/{shard}."""
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


def scoring_costs(reports: Iterable[Path]) -> list[JobCost]:
    """Time of each scorer."""
    seconds: dict[str, list[float]] = defaultdict(list)
    for path in reports:
        seconds[path.parent.name].append(read_result(ShardReport, path).timing.seconds)
    return [
        JobCost(f"scoring: {scorer}", len(values), sum(values) / 3600, None, None, None)
        for scorer, values in sorted(seconds.items())
    ]


def arm_mixtures(records: Iterable[Record]) -> list[str]:
    """How the fine-tunes of a model's arms were made differently; checks of the rule cover fine-tunes on subsets."""
    made: dict[str, list[dict[str, str]]] = defaultdict(list)
    for record in records:
        if not record.run_name.subset:
            made[record.model].append(made_with(record))
    return [f"Arms of {model}: {mixture.sentence}" for model, one in made.items() for mixture in mixtures(one)]


def training_costs(records: Iterable[Record]) -> list[JobCost]:
    """Time, tokens and memory of the fine-tunes for the rule, and of the fine-tunes of each arm."""
    groups: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        kind = "subsets, for the rule" if record.run_name.subset else f"arm {record.run}"
        groups[f"fine-tunes: {kind}"].append(record)
    return [_training_cost(what, members) for what, members in groups.items()]


def _training_cost(what: str, records: list[Record]) -> JobCost:
    times = [record.timing for record in records]
    return JobCost(
        what,
        len(records),
        sum(time.seconds for time in times) / 3600,
        sum(record.tokens for record in records),
        _gigabytes(time.peak_memory_mb for time in times),
        _gigabytes(time.peak_gpu_memory_mb for time in times),
    )


def _gigabytes(megabytes: Iterable[float | None]) -> float | None:
    """The largest of some memories; None where none was measured."""
    known = [value for value in megabytes if value is not None]
    return max(known) / 1024 if known else None


def account_warnings(accounts: Iterable[Account]) -> list[str]:
    """Losses that a reader should know about; what a limit or a part leaves out was asked for."""
    asked_for = {"over limit", "other part"}
    warnings = []
    for found in accounts:
        lost = sum(count for reason, count in found.dropped.items() if reason not in asked_for)
        if found.rows_in and lost / found.rows_in > WARNED_ABOVE:
            where = f"{found.stage} {found.name}" + (f", source {found.note}" if found.stage == "pool" else "")
            warnings.append(f"{where}: {lost:,} of {found.rows_in:,} rows were lost; the reasons are under Data.")
    return warnings


def truncation_warnings(found: Iterable[Truncation]) -> list[str]:
    """Where so many texts were cut that scores no longer describe the examples; equal shares are in one line."""
    indicators: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for cut in found:
        if cut.share > WARNED_ABOVE:
            indicators[cut.source, cut.pool, f"{cut.share:.0%}"].append(cut.indicator)
    return [
        f"{source} ({pool}): {', '.join(names)} saw only part of the text in {share} of the examples."
        for (source, pool, share), names in indicators.items()
    ]
