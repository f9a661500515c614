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
from itertools import chain, islice
from pathlib import Path
from typing import Any

from instructmining.command import run_main
from instructmining.data.degrade import degrade
from instructmining.data.documentation import documentation_origin, documentation_rows
from instructmining.data.draw import draw, seeded
from instructmining.data.errors import BadRow, DataError
from instructmining.data.forms.detect import detect_form
from instructmining.data.forms.read import split_row, to_messages
from instructmining.data.hub import hub_origin, hub_rows, load_hub
from instructmining.data.read_rows import Row, read_rows
from instructmining.data.settings import Fields, Form, Source
from instructmining.data.tasks import task_rows
from instructmining.data.write_examples import check_counts, write_examples
from instructmining.example import Example, make_example, read_examples
from instructmining.files import file_hash, write_json, write_text
from instructmining.progress import start_log

ROWS_TO_DETECT_FROM = 100


@dataclass
class Tally:
    """What happened to the rows of a source; filled as they are read."""

    rows_in: int = 0
    kept: int = 0
    degraded: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    quarantined: list[dict[str, Any]] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Origin:
    """Where a source comes from: in words, its rows, the hash of its file, and its form if already known."""

    description: str
    rows: Iterator[Row]
    sha256: str | None = None
    form: Form | Fields | None = None


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
        source = _with_form(_open(name, settings, seed), name, settings)
        examples = good_examples(source, name, settings, tally)
    logging.info("%s: importing %s", name, source.description)
    kept = _counted(_limited(examples, settings.limit, seed, name, tally), tally)
    advice = f"(set sources.{name}.on_bad_row: stop to see the first bad one)"
    write_examples(output, kept, f"{source.description}: none of its rows is an example {advice}")
    check_counts(tally.rows_in, tally.kept, tally.dropped, name)
    write_text(quarantine, "".join(map(_json_line, tally.quarantined)))
    write_json(report, _report(name, settings, source, tally))
    logging.info("%s: kept %d of %d rows; dropped: %s", name, tally.kept, tally.rows_in, dict(tally.dropped) or "none")


def good_examples(origin: Origin, name: str, settings: Source, tally: Tally) -> Iterator[Example]:
    """The examples of a source; a bad row raises DataError or is set aside, as `on_bad_row` says."""
    assert origin.form is not None
    form = "fields" if isinstance(origin.form, Fields) else origin.form
    for row in origin.rows:
        for value in split_row(row.value, origin.form):
            tally.rows_in += 1
            try:
                if isinstance(value, BadRow):
                    raise value
                yield make_example(to_messages(value, origin.form), name, form, value)
            except BadRow as bad:
                _set_aside(bad, row, value, name, settings, tally)


def _set_aside(bad: BadRow, row: Row, value: object, name: str, settings: Source, tally: Tally) -> None:
    if settings.on_bad_row == "stop":
        advice = f"(set sources.{name}.on_bad_row: quarantine to set such rows aside)"
        raise DataError(f"{row.place}: {bad} {advice}") from None
    tally.dropped[bad.reason] += 1
    content = bad.content if isinstance(value, BadRow) else value
    tally.quarantined.append({"place": row.place, "number": row.number, "reason": str(bad), "row": content})


def _open(name: str, settings: Source, seed: int) -> Origin:
    """The origin that the settings name; a file or data set is opened, but no row is read yet."""
    if settings.path:
        path = Path(settings.path)
        return Origin(settings.path, read_rows(path), file_hash(path) if path.is_file() else None)
    if settings.hub:
        dataset = load_hub(settings)
        return Origin(hub_origin(settings, dataset), hub_rows(dataset, settings.hub))
    if settings.documentation:
        rows = documentation_rows(settings.documentation)
        return Origin(documentation_origin(settings.documentation), _numbered(rows, name), form="alpaca")
    assert settings.tasks is not None
    rows = task_rows(settings.tasks.count, seed, name)
    return Origin(f"{settings.tasks.count} generated tasks, seed {seed}", _numbered(rows, name), form="alpaca")


def _numbered(rows: Iterable[dict[str, str]], name: str) -> Iterator[Row]:
    return (Row(row, number, f"{name}: row {number}") for number, row in enumerate(rows, 1))


def _with_form(origin: Origin, name: str, settings: Source) -> Origin:
    """The origin with the form given in the config, or detected from its first rows, which stay among its rows."""
    form = settings.form or settings.fields or origin.form
    if form:
        return Origin(origin.description, origin.rows, origin.sha256, form)
    first = list(islice(origin.rows, ROWS_TO_DETECT_FROM))
    if not first:
        raise DataError(f"{origin.description}: contains no rows")
    _stop_at_broken(first, name, settings)
    try:
        form = detect_form(row.value for row in first)
    except DataError as error:
        raise DataError(f"{origin.description}: source {name}: {error}") from None
    return Origin(origin.description, chain(first, origin.rows), origin.sha256, form)


def _stop_at_broken(first: list[Row], name: str, settings: Source) -> None:
    """Report a broken row before reporting that no form fits: the broken row is then the cause."""
    for row in first:
        if isinstance(row.value, BadRow) and settings.on_bad_row == "stop":
            _set_aside(row.value, row, row.value, name, settings, Tally())


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
    form = origin.form.model_dump(exclude_defaults=True) if isinstance(origin.form, Fields) else origin.form
    return {
        "source": name,
        "origin": origin.description,
        "sha256": origin.sha256,
        "form": form,
        "rows_in": tally.rows_in,
        "kept": tally.kept,
        "dropped": dict(tally.dropped),
        "duplicates": tally.kept - len(tally.ids),
        "degraded": tally.degraded,
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
