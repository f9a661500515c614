"""Import one source: rows of any form become examples, and bad rows stop the run here, before any GPU is used.

In: a file, a data set of the hub, installed packages, or another source to degrade. Out: a table of examples, a report
that accounts for every row, and the bad rows that were set aside.

    python -m instructmining.data.import_source --name dolly --settings '{"path": "data/dolly.jsonl"}' --seed 0 \
        --output dolly.parquet --report dolly.report.json --quarantine dolly.quarantine.jsonl
"""

import argparse
import json
import logging
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from instructmining.command import run_main
from instructmining.data.degrade import degrade
from instructmining.data.documentation import documentation_origin, documentation_rows
from instructmining.data.draw import draw, seeded
from instructmining.data.errors import BadRow, DataError
from instructmining.data.forms.detect import KNOWN_FORMS, NO_FORM, propose_fields
from instructmining.data.forms.read import RowSettings, read_row, split_row
from instructmining.data.forms.roles import fold
from instructmining.data.reading.hub import hub_origin, hub_rows, load_hub
from instructmining.data.reading.paths import files_hash, find_files
from instructmining.data.reading.read_rows import read_rows
from instructmining.data.reading.rows import Row
from instructmining.data.settings import Form, Source
from instructmining.data.tasks import task_rows
from instructmining.data.write_examples import check_counts, write_examples
from instructmining.example import Example, make_example, read_examples
from instructmining.files import write_json, write_text
from instructmining.progress import start_log

MOST_NAMES = 100
"""A report names no more fields than this: the rows of some files have their IDs for names."""


@dataclass
class Tally:
    """What happened to the rows of a source; filled as they are read."""

    rows_in: int = 0
    kept: int = 0
    degraded: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    quarantined: list[dict[str, Any]] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    first_bad: str = ""
    forms: Counter[str] = field(default_factory=Counter)
    not_read: Counter[str] = field(default_factory=Counter)
    trimmed: int = 0
    fields: set[str] = field(default_factory=set)

    def count_fields(self, row: object) -> None:
        """Note which fields the rows have."""
        if isinstance(row, dict) and len(self.fields) < MOST_NAMES:
            self.fields.update(row)

    def count_not_read(self, names: Iterable[str]) -> None:
        """Count the row under each field that was not read, by name as long as there are few names."""
        for name in names:
            short = name[:100] or "(no name)"
            known = short in self.not_read or len(self.not_read) < MOST_NAMES
            self.not_read[short if known else "other fields"] += 1


@dataclass(frozen=True)
class Origin:
    """Where a source comes from: in words, its rows, the hash of its file, and its form where it is made here."""

    description: str
    rows: Iterator[Row]
    sha256: str | None = None
    form: Form | None = None


def main() -> None:
    """Import one source."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--name", required=True)
    parser.add_argument("--settings", required=True, type=Source.model_validate_json)
    parser.add_argument("--seed", required=True, type=int)
    parser.add_argument("--output", required=True, type=Path)
    parser.add_argument("--report", required=True, type=Path)
    parser.add_argument("--quarantine", required=True, type=Path)
    parser.add_argument("--origin", type=Path, help="table of the source that `degrade` names")
    arguments = parser.parse_args()
    start_log()
    import_source(**vars(arguments))


def import_source(
    name: str, settings: Source, seed: int, output: Path, report: Path, quarantine: Path, origin: Path | None = None
) -> None:
    """Import one source and write its table, report and quarantine; raises DataError where it cannot be used."""
    tally = Tally()
    if settings.degrade:
        source = Origin(f"{settings.degrade.source}, {settings.degrade.how}", iter(()), form=None)
        examples: Iterable[Example] = _degraded(name, settings, seed, origin, tally)
    else:
        source = _open(name, settings, seed)
        examples = good_examples(source, name, settings, tally)
    logging.info("%s: importing %s", name, source.description)
    kept = _counted(_limited(examples, settings.limit, seed, name, tally), tally)
    write_examples(output, kept, f"{source.description}: none of its rows is an example")
    check_counts(tally.rows_in, tally.kept, tally.dropped, name)
    write_text(quarantine, "".join(map(_json_line, tally.quarantined)))
    write_json(report, _report(name, settings, source, tally))
    logging.info("%s: kept %d of %d rows; dropped: %s", name, tally.kept, tally.rows_in, dict(tally.dropped) or "none")
    logging.info("%s: not read: %s", name, ", ".join(f"{n} {k}" for n, k in tally.not_read.most_common()) or "none")


def good_examples(origin: Origin, name: str, settings: Source, tally: Tally) -> Iterator[Example]:
    """The examples of a source; a bad row raises DataError or is set aside, as `on_bad_row` says."""
    rows = _row_settings(settings, origin)
    for row in origin.rows:
        for value in split_row(row.value, rows.form):
            tally.rows_in += 1
            tally.count_fields(value)
            try:
                yield _example(value, name, rows, tally)
            except BadRow as bad:
                _set_aside(bad, row, value, name, settings, tally)
    _check_source(origin, name, settings, tally)


def _row_settings(settings: Source, origin: Origin) -> RowSettings:
    form = settings.form or settings.fields or origin.form
    roles = {fold(role): known for role, known in settings.roles.items()}
    return RowSettings(form, roles, frozenset(settings.ignore), settings.trim)


def _example(value: object, name: str, rows: RowSettings, tally: Tally) -> Example:
    if isinstance(value, BadRow):
        raise value
    read = read_row(value, rows)
    tally.forms[read.form] += 1
    tally.trimmed += read.trimmed
    tally.count_not_read(read.not_read)
    return make_example(read.messages, name, read.form, value, tools=read.tools)


def _set_aside(bad: BadRow, row: Row, value: object, name: str, settings: Source, tally: Tally) -> None:
    if settings.on_bad_row == "stop":
        advice = f"(set sources.{name}.on_bad_row: quarantine to set such rows aside)"
        missing = f"; {found}" if (found := _missing_fields(name, settings, tally)) else ""
        raise DataError(f"{row.place}: {bad} {advice}{missing}{_forms(bad, value)}") from None
    tally.dropped[bad.reason] += 1
    tally.first_bad = tally.first_bad or f"{row.place}: {bad}{_forms(bad, value)}"
    content = bad.content if isinstance(value, BadRow) else value
    tally.quarantined.append({"place": row.place, "number": row.number, "reason": str(bad), "row": content})


def _forms(bad: BadRow, value: object) -> str:
    """What a row may be, where it has no known form."""
    if not bad.reason.startswith(NO_FORM):
        return ""
    proposed = propose_fields(value) if isinstance(value, dict) else ""
    such = f", such as `fields: {proposed}`" if proposed else ""
    return f"\nset `form` to one of these, or map the `fields`{such}:\n{KNOWN_FORMS}"


def _check_source(origin: Origin, name: str, settings: Source, tally: Tally) -> None:
    """Raise DataError where there are no rows, only bad ones, or none with a field that the config names."""
    if not tally.rows_in:
        raise DataError(f"{origin.description}: contains no rows")
    if missing := _missing_fields(name, settings, tally):
        raise DataError(f"{origin.description}: {missing}")
    if sum(tally.dropped.values()) == tally.rows_in:
        raise DataError(f"{origin.description}: none of its rows is an example; the first: {tally.first_bad}")


def _missing_fields(name: str, settings: Source, tally: Tally) -> str:
    """The fields that the config names and no row has so far, in words; empty where there are none."""
    named = settings.fields or ()
    missing = [f"{key}: {value}" for key, value in named if value and value not in tally.fields]
    if not missing or len(tally.fields) >= MOST_NAMES:
        return ""
    found = ", ".join(sorted(str(each)[:40] for each in tally.fields)) or "none"
    return f"sources.{name}.fields names what no row has ({', '.join(missing)}); fields found: {found}"


def _open(name: str, settings: Source, seed: int) -> Origin:
    """The origin that the settings name; a file or data set is opened, but no row is read yet."""
    if settings.path:
        found = find_files(settings.path)
        return Origin(found.in_words(), read_rows(found.files, settings.ignore), files_hash(found.files))
    if settings.hub:
        dataset = load_hub(settings)
        return Origin(hub_origin(settings, dataset), hub_rows(dataset, settings.hub, settings.ignore))
    if settings.documentation:
        rows = documentation_rows(settings.documentation)
        return Origin(documentation_origin(settings.documentation), _numbered(rows, name), form="alpaca")
    assert settings.tasks is not None
    rows = task_rows(settings.tasks.count, seed, name)
    return Origin(f"{settings.tasks.count} generated tasks, seed {seed}", _numbered(rows, name), form="alpaca")


def _numbered(rows: Iterable[dict[str, str]], name: str) -> Iterator[Row]:
    return (Row(row, number, f"{name}: row {number}") for number, row in enumerate(rows, 1))


def _degraded(name: str, settings: Source, seed: int, origin: Path | None, tally: Tally) -> list[Example]:
    assert settings.degrade is not None
    if origin is None:
        raise DataError(f"source {name}: give --origin, the imported table of source {settings.degrade.source}")
    examples = degrade(read_examples(origin), name, settings.degrade, seeded(seed, f"{name}/degrade"))
    tally.rows_in = len(examples)
    return examples


def _limited(examples: Iterable[Example], limit: int | None, seed: int, name: str, tally: Tally) -> Iterable[Example]:
    """All examples, or a seeded draw of `limit` of them; the others are counted."""
    if limit is None:
        yield from examples
        return
    drawn = draw(examples, limit, seeded(seed, name))
    over = tally.rows_in - sum(tally.dropped.values()) - len(drawn)
    if over:
        tally.dropped["over limit"] = over
    yield from drawn


def _counted(examples: Iterable[Example], tally: Tally) -> Iterator[Example]:
    for example in examples:
        tally.kept += 1
        tally.degraded += example.degraded is not None
        tally.ids.add(example.id)
        yield example


def _report(name: str, settings: Source, origin: Origin, tally: Tally) -> dict[str, Any]:
    fields = settings.fields.model_dump(exclude_defaults=True) if settings.fields else None
    return {
        "source": name,
        "origin": origin.description,
        "sha256": origin.sha256,
        "form": fields or ", ".join(form for form, _ in tally.forms.most_common()) or None,
        "rows_in": tally.rows_in,
        "kept": tally.kept,
        "dropped": dict(tally.dropped),
        "duplicates": tally.kept - len(tally.ids),
        "degraded": tally.degraded,
        "not_read": dict(tally.not_read.most_common()),
        "trimmed": tally.trimmed,
    }


def _json_line(record: dict[str, Any]) -> str:
    """A line of JSON, escaped only where a text is not valid Unicode, which could not be written otherwise."""
    text = json.dumps(record, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        text = json.dumps(record)
    return text + "\n"


if __name__ == "__main__":
    run_main(main)
