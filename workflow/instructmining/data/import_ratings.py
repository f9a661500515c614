"""Import judgements that people made of examples: the texts become a pool of their own, the judgements a table.

In: a file of pairs (a prompt, the chosen and the rejected response) or of ratings. Out: a table of the examples, which
are scored like any pool but never selected from; the judgements, by the IDs of the examples; a report that accounts for
every row.

    python -m instructmining.data.import_ratings --name oasst --settings '{"path": "data/oasst1_pairs.parquet"}' \
        --seed 0 --examples oasst.parquet --judgements oasst.judgements.parquet --report oasst.report.json
"""

import argparse
import logging
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from instructmining.command import run_main
from instructmining.data.draw import seeded
from instructmining.data.errors import BadRow, DataError
from instructmining.data.forms.detect import KNOWN_FORMS, NO_FORM
from instructmining.data.forms.prompts import read_responses
from instructmining.data.forms.read import RowSettings, read_row, split_row
from instructmining.data.forms.values import found_fields
from instructmining.data.reading.paths import files_hash, find_files
from instructmining.data.reading.read_rows import read_rows
from instructmining.data.reading.rows import Row
from instructmining.data.settings import Ratings
from instructmining.data.write_examples import check_counts, write_examples
from instructmining.example import EXAMPLES, Example, JsonObject, example_id, from_table, make_example
from instructmining.files import write_json, write_table
from instructmining.progress import start_log

JUDGEMENTS = pa.schema(
    [
        pa.field("prompt", pa.string(), metadata={"description": "hash of the turns up to the last question"}),
        pa.field("better", pa.string(), metadata={"description": "the example that was chosen, or that was rated"}),
        pa.field("worse", pa.string(), metadata={"description": "the example that was rejected; null in a rating"}),
        pa.field("rating", pa.float64(), metadata={"description": "the rating, higher is better; null in a pair"}),
        pa.field("better_length", pa.int64(), metadata={"description": "characters of the response of `better`"}),
        pa.field("worse_length", pa.int64(), metadata={"description": "characters of the response of `worse`"}),
    ]
)
SIDES = ("chosen", "rejected")
SAME = "both responses are the same"


@dataclass(frozen=True)
class Judgement:
    """What one row says about one example or two."""

    better: Example
    worse: Example | None = None
    rating: float | None = None

    def row(self) -> dict[str, Any]:
        """The row of the table of judgements."""
        return {
            "prompt": _prompt_id(self.better),
            "better": self.better.id,
            "worse": self.worse.id if self.worse else None,
            "rating": self.rating,
            "better_length": len(self.better.response),
            "worse_length": len(self.worse.response) if self.worse else None,
        }


@dataclass
class Tally:
    """What happened to the rows; filled as they are read."""

    rows_in: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    first_bad: str = ""
    not_read: Counter[str] = field(default_factory=Counter)


def main() -> None:
    """Import one file of ratings."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--name", required=True)
    parser.add_argument("--settings", required=True, type=Ratings.model_validate_json)
    parser.add_argument("--seed", required=True, type=int)
    parser.add_argument("--pool", nargs="*", default=[], type=Path, help="shards of the pool that is rated by ID")
    for output in ("--examples", "--judgements", "--report"):
        parser.add_argument(output, required=True, type=Path)
    arguments = parser.parse_args()
    start_log()
    import_ratings(**vars(arguments))


def import_ratings(
    name: str, settings: Ratings, seed: int, pool: Sequence[Path], examples: Path, judgements: Path, report: Path
) -> None:
    """Import one file; raises DataError where it cannot be used."""
    tally = Tally()
    rows = list(read_rows(settings.path, settings.ignore))
    found = list(judgements_of(rows, name, settings, pool, tally))
    kept = _limited(found, settings.limit, seed, name, tally)
    check_counts(tally.rows_in, len(kept), tally.dropped, name)
    distinct = {example.id: example for each in kept for example in (each.better, each.worse) if example}
    why = f"none of its rows is a judgement; the first: {tally.first_bad}" if rows else "contains no rows"
    write_examples(examples, distinct.values(), f"{settings.path}: {why}")
    table = pa.Table.from_pylist([each.row() for each in kept], schema=JUDGEMENTS)
    write_table(judgements, table, JUDGEMENTS)
    write_json(report, _report(name, settings, tally, table, len(distinct)))
    logging.info("%s: kept %d of %d rows; dropped: %s", name, len(kept), tally.rows_in, dict(tally.dropped) or "none")
    logging.info("%s: not read: %s", name, ", ".join(f"{k} {n}" for k, n in tally.not_read.most_common()) or "none")


def judgements_of(
    rows: Sequence[Row], name: str, settings: Ratings, pool: Sequence[Path], tally: Tally
) -> Iterable[Judgement]:
    """The judgement of each row; a bad row raises DataError or is counted, as `on_bad_row` says."""
    known = _examples_of_pool(pool, rows) if settings.pool else {}
    for row in rows:
        tally.rows_in += 1
        try:
            yield _judgement(row.value, name, settings, known, tally)
        except BadRow as bad:
            if settings.on_bad_row == "stop" and bad.reason != SAME:
                advice = f"(set quality_rule.ratings.{name}.on_bad_row: quarantine to leave such rows out)"
                raise DataError(f"{row.place}: {bad} {advice}{_forms(bad)}") from None
            tally.dropped[bad.reason] += 1
            tally.first_bad = tally.first_bad or f"{row.place}: {bad}{_forms(bad)}"


def _forms(bad: BadRow) -> str:
    """What a rated row may be, where it has no known form."""
    known = f"\nrename the columns, so that a rated row has one of these forms:\n{KNOWN_FORMS}"
    return known if bad.reason.startswith(NO_FORM) else ""


def _judgement(row: object, name: str, settings: Ratings, known: Mapping[str, Example], tally: Tally) -> Judgement:
    if isinstance(row, BadRow):
        raise row
    if not isinstance(row, dict):
        raise BadRow("the row is not an object with fields")
    if not settings.rating:
        return _pair(row, name, settings, tally)
    rating = _number(row, settings.rating)
    if not settings.pool:
        return Judgement(_rated(row, name, settings, tally), rating=rating)
    if row.get("id") not in known:
        raise BadRow("unknown id", f"found {str(row.get('id'))[:40]!r}, which is no ID of pool {settings.pool}")
    return Judgement(known[row["id"]], rating=rating)


def _rated(row: JsonObject, name: str, settings: Ratings, tally: Tally) -> Example:
    """The example of a row, read as that of a source without the column of its rating."""
    example = {field: value for field, value in row.items() if field != settings.rating}
    if (several := len(split_row(example, None))) > 1:
        raise BadRow("one rating of several instances", f"found {several}")
    reading = read_row(example, RowSettings(ignore=frozenset(settings.ignore)))
    tally.not_read.update(reading.not_read)
    return make_example(reading.messages, name, reading.form, row, tools=reading.tools)


def _pair(row: JsonObject, name: str, settings: Ratings, tally: Tally) -> Judgement:
    sides = read_responses(row, SIDES, frozenset(settings.ignore))
    better, worse = (make_example(side.messages, name, "messages", row, tools=side.tools) for side in sides)
    if better.id == worse.id:
        raise BadRow(SAME)
    if _prompt_id(better) != _prompt_id(worse):
        raise BadRow("the responses are to different prompts", "a pair is two responses to one prompt")
    tally.not_read.update(frozenset().union(*(side.not_read for side in sides)))
    return Judgement(better, worse)


def _prompt_id(example: Example) -> str:
    """The hash of the turns up to the user's last: after that come the answer and the calls that led to it."""
    asked = max(i for i, message in enumerate(example.messages) if message["role"] == "user")
    return example_id(example.messages[: asked + 1], example.tools)


def _number(row: dict[str, Any], column: str) -> float:
    if column not in row:
        raise BadRow(f'field "{column}" is missing', f"it holds the rating; fields found: {found_fields(row)}")
    try:
        number = float(row.get(column))  # type: ignore[arg-type]
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise BadRow(f'field "{column}" is not a number', f"found {str(row.get(column))[:40]!r}")
    return number


def _examples_of_pool(shards: Sequence[Path], rows: Sequence[Row]) -> dict[str, Example]:
    """The examples of a pool whose IDs are in the rows, by ID."""
    ids = [str(row.value["id"]) for row in rows if isinstance(row.value, dict) and "id" in row.value]
    table = ds.dataset(list(shards)).to_table(columns=EXAMPLES.names, filter=pc.field("id").isin(ids))
    return {example.id: example for example in from_table(table)}


def _limited(found: list[Judgement], limit: int | None, seed: int, name: str, tally: Tally) -> list[Judgement]:
    """All judgements, or a seeded draw of them in their order; the others are counted."""
    if limit is None or len(found) <= limit:
        return found
    tally.dropped["over limit"] = len(found) - limit
    drawn = sorted(seeded(seed, name).choice(len(found), size=limit, replace=False).tolist())
    return [found[i] for i in drawn]


def _report(name: str, settings: Ratings, tally: Tally, judgements: pa.Table, examples: int) -> dict[str, Any]:
    files = find_files(settings.path)
    return {
        "ratings": name,
        "origin": files.in_words(),
        "sha256": files_hash(files.files),
        "rows_in": tally.rows_in,
        "kept": len(judgements),
        "dropped": dict(tally.dropped),
        "not_read": dict(tally.not_read),
        "pairs": len(judgements) - judgements["worse"].null_count,
        "prompts": len(set(judgements["prompt"].to_pylist())),
        "examples": examples,
    }


if __name__ == "__main__":
    run_main(main)
