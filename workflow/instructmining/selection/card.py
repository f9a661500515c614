"""The data card of a selection: what it contains, under which licences, how it was chosen, and how to reproduce it."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import pyarrow as pa

from instructmining.data.reports import SourceReport
from instructmining.quality_rule.card import evidence
from instructmining.quality_rule.published import Rule
from instructmining.selection.basis import basis_sentences
from instructmining.selection.decision import BY_RULE, FOLLOWS, Decision
from instructmining.selection.found_size import FoundSize
from instructmining.selection.rank import mean_outside_sentence, outside_sentences
from instructmining.selection.settings import Selection
from instructmining.selection.size import selection_size
from instructmining.validation.result import Choice


@dataclass(frozen=True)
class Origin:
    """Where a source comes from, and its licence."""

    source: str
    """Name of the source."""
    licence: str | None
    """As the config states it; None if it does not."""
    origin: str
    """Where the rows came from."""
    rows_in: int
    """Rows read."""
    kept: int
    """Rows that became examples."""

    @classmethod
    def of(cls, report: SourceReport, licences: Mapping[str, str | None]) -> Self:
        """The origin of the source of a report, whose licence is among `licences` if it is known."""
        return cls(report.source, licences.get(report.source), report.origin, report.rows_in, report.kept)


def selection_card(
    pool: str,
    settings: Selection,
    rule: Rule,
    ranking: pa.Table,
    origins: Sequence[Origin],
    hashes: Mapping[str, str],
    size_note: str,
    decision: Decision = FOLLOWS,
) -> str:
    """The card as Markdown; `hashes` are SHA-256 of files by name, `size_note` says how the size was chosen."""
    size = selection_size(len(ranking), settings.examples, settings.fraction)
    selected = ranking.slice(0, size)
    sections = [
        f"# Selection from {pool} for {rule.model}",
        f"The {size} of {len(ranking)} examples ({size / len(ranking):.1%}) {_chosen(decision, ranking, size)} Form:"
        f" {settings.form}.",
        size_note,
        *_decision(decision),
        "## Contents",
        _counts("source", ranking["source"].to_pylist(), selected["source"].to_pylist()),
        _counts("degraded", _kinds(ranking), _kinds(selected)),
        "## Licences",
        _licences(origins),
        "The selection is subject to the licence of every source that it contains examples of.",
        "## The rule",
        f"```\n{rule.formula()}\n```",
        _bullets(evidence(rule)),
        *_basis(basis_sentences(rule, ranking, size)),
        *_extrapolation(outside_sentences(rule, ranking), mean_outside_sentence(rule, selected)),
        "## How to reproduce it",
        _recipe(pool, settings, hashes),
    ]
    return "\n\n".join(sections) + "\n"


def size_sentence(found: FoundSize | None) -> str:
    """How the number of examples was chosen; `found` is None where it was not searched."""
    return f"The size was searched: {found.sentence}" if found else "The size was set in the config, not searched."


def _chosen(decision: Decision, ranking: pa.Table, size: int) -> str:
    """How the examples were chosen, in words."""
    if decision.by == BY_RULE:
        return f"for which the quality rule predicts the lowest log loss, best first.{_ties(ranking, size)}"
    return f"that come first by `{decision.by}`, as the quality rule is refused for this pool."


def _decision(decision: Decision) -> list[str]:
    """What the selection follows and why; empty where the config asks for no decision."""
    if not decision.reasons:
        return []
    reasons = _bullets([reason.sentence for reason in decision.reasons])
    tried = [_tried(decision.choices)] if decision.choices else []
    return ["## Why it was chosen so", decision.sentence, reasons, *tried]


def _tried(choices: Sequence[Choice]) -> str:
    """The log losses that the rule predicted for what was tuned on before, beside those observed."""
    rows = [
        f"| {_cell(each.choice)} | {each.seeds} | {each.predicted:.3f}{_interval(each)} | {each.observed:.3f} |"
        for each in choices
    ]
    head = ["| tuned on before | fine-tunes | predicted log loss | observed |", "|---|---:|---|---:|"]
    return "\n".join([*head, *rows])


def _interval(choice: Choice) -> str:
    return "" if choice.low is None else f" ({choice.low:.3f} to {choice.high:.3f})"


def _ties(ranking: pa.Table, size: int) -> str:
    """A sentence where the rule does not tell the last example that is kept from the first that is not."""
    predicted = ranking["predicted"].to_pylist()
    last = predicted[size - 1]
    if size == len(predicted) or predicted[size] != last:
        return ""
    count = predicted.count(last)
    return f" {count} examples, some kept and some not, have the same prediction; those with the first IDs are kept."


def _basis(sentences: Sequence[str]) -> list[str]:
    return ["What the selection rests on:", _bullets(sentences)] if sentences else []


def _extrapolation(sentences: Sequence[str], of_means: str | None) -> list[str]:
    """Empty if the range of the subset means is not known."""
    if not sentences:
        return []
    return [
        "For examples outside the range of the subset means, the rule extrapolates:",
        _bullets(sentences),
        *([of_means] if of_means else []),
    ]


def _kinds(ranking: pa.Table) -> list[str]:
    return [kind or "no" for kind in ranking["degraded"].to_pylist()]


def _counts(title: str, pool: list[str], selected: list[str]) -> str:
    in_pool, kept = Counter(pool), Counter(selected)
    rows = [
        f"| {_cell(name)} | {count} ({count / len(pool):.1%}) | {kept[name]} ({kept[name] / len(selected):.1%}) |"
        for name, count in sorted(in_pool.items())
    ]
    return "\n".join([f"| {title} | in the pool | in the selection |", "|---|---:|---:|", *rows])


def _licences(origins: Sequence[Origin]) -> str:
    rows = [
        f"| {_cell(o.source)} | {_cell(o.licence or 'not stated')} | {_cell(o.origin)} | {o.rows_in} | {o.kept} |"
        for o in origins
    ]
    return "\n".join(["| source | licence | origin | rows in | kept |", "|---|---|---|---:|---:|", *rows])


def _cell(text: str) -> str:
    """Text that cannot break out of its cell of a Markdown table, and contains no HTML."""
    return re.sub(r"\s+", " ", text).replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|")


def _bullets(lines: Sequence[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _recipe(pool: str, settings: Selection, hashes: Mapping[str, str]) -> str:
    given = settings.model_dump_json(exclude_defaults=True)
    command = (
        f"python -m instructmining.selection.rank --rule rule.json --scores scores.parquet --ranking ranking.parquet\n"
        f"python -m instructmining.selection.select --settings '{given}' --pool {pool} \\\n"
        "    --ranking ranking.parquet --shards SHARDS --rule rule.json --sources-report REPORTS \\\n"
        "    --selected selected.jsonl --card card.md"
    )
    sums = "\n".join(f"| {name} | `{digest}` |" for name, digest in hashes.items())
    return f"```\n{command}\n```\n\n| file | SHA-256 |\n|---|---|\n{sums}"
