"""Import judgements that people made of examples: the texts become a pool of their own, the judgements a table.

In: a file of pairs (a prompt, the chosen and the rejected response) or of ratings. Out: a table of the examples, which
are scored like any pool but never selected from; the judgements, by the IDs of the examples; a report that accounts for
every row.

    python -m instructmining.data.import_ratings --name oasst --settings '{"path": "data/oasst1_pairs.parquet"}' \
        --seed 0 --examples oasst.parquet --judgements oasst.judgements.parquet --report oasst.report.json
"""

import argparse
import json
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
from instructmining.data.forms.detect import detect_form
from instructmining.data.forms.read import to_messages
from instructmining.data.read_rows import Row, read_rows
from instructmining.data.settings import Form, Ratings
from instructmining.data.write_examples import check_counts, write_examples
from instructmining.example import EXAMPLES, Example, Message, example_id, from_table, make_example
from instructmining.files import file_hash, write_json, write_table
from instructmining.progress import start_log

JUDGEMENTS = pa.schema(
    [
        pa.field("prompt", pa.string(), metadata={"description": "hash of all turns before the response"}),
        pa.field("better", pa.string(), metadata={"description": "the example that was chosen, or that was rated"}),
        pa.field("worse", pa.string(), metadata={"description": "the example that was rejected; null in a rating"}),
        pa.field("rating", pa.float64(), metadata={"description": "the rating, higher is better; null in a pair"}),
        pa.field("better_length", pa.int64(), metadata={"description": "characters of the response of `better`"}),
        pa.field("worse_length", pa.int64(), metadata={"description": "characters of the response of `worse`"}),
    ]
)
PROMPT_FIELDS = ("messages", "prompt", "instruction")
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
            "prompt": example_id(self.better.history),
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
    rows = list(read_rows(Path(settings.path)))
    found = list(judgements_of(rows, name, settings, pool, tally))
    kept = _limited(found, settings.limit, seed, name, tally)
    check_counts(tally.rows_in, len(kept), tally.dropped, name)
    distinct = {example.id: example for each in kept for example in (each.better, each.worse) if example}
    write_examples(examples, distinct.values(), f"{settings.path}: none of its rows is a judgement")
    table = pa.Table.from_pylist([each.row() for each in kept], schema=JUDGEMENTS)
    write_table(judgements, table, JUDGEMENTS)
    write_json(report, _report(name, settings, tally, table, len(distinct)))
    logging.info("%s: kept %d of %d rows; dropped: %s", name, len(kept), tally.rows_in, dict(tally.dropped) or "none")


def judgements_of(
    rows: Sequence[Row], name: str, settings: Ratings, pool: Sequence[Path], tally: Tally
) -> Iterable[Judgement]:
    """The judgement of each row; a bad row raises DataError or is counted, as `on_bad_row` says."""
    known = _examples_of_pool(pool, rows) if settings.pool else {}
    form = _form(rows, settings) if settings.rating and not settings.pool else None
    for row in rows:
        tally.rows_in += 1
        try:
            yield _judgement(row.value, name, settings, form, known)
        except BadRow as bad:
            if settings.on_bad_row == "stop" and bad.reason != SAME:
                advice = f"(set quality_rule.ratings.{name}.on_bad_row: quarantine to leave such rows out)"
                raise DataError(f"{row.place}: {bad} {advice}") from None
            tally.dropped[bad.reason] += 1


def _judgement(row: object, name: str, settings: Ratings, form: Form | None, known: Mapping[str, Example]) -> Judgement:
    if isinstance(row, BadRow):
        raise row
    if not isinstance(row, dict):
        raise BadRow("the row is not an object with fields")
    if not settings.rating:
        return _pair(row, name)
    rating = _number(row, settings.rating)
    if form:
        return Judgement(make_example(to_messages(row, form), name, form, row), rating=rating)
    if row.get("id") not in known:
        raise BadRow("unknown id", f"found {str(row.get('id'))[:40]!r}, which is no ID of pool {settings.pool}")
    return Judgement(known[row["id"]], rating=rating)


def _pair(row: dict[str, Any], name: str) -> Judgement:
    better, worse = (make_example(_conversation(row, side), name, "messages", row) for side in ("chosen", "rejected"))
    if better.id == worse.id:
        raise BadRow(SAME)
    if example_id(better.history) != example_id(worse.history):
        raise BadRow("the responses are to different prompts", "a pair is two responses to one prompt")
    return Judgement(better, worse)


def _conversation(row: dict[str, Any], side: str) -> tuple[Message, ...]:
    """The prompt and one response; several turns in `chosen` or `rejected` are the whole conversation."""
    response = _turns(row.get(side), "assistant", side)
    prompt = next((field for field in PROMPT_FIELDS if row.get(field)), None)
    if prompt is None and len(response) < 2:
        raise BadRow("there is no prompt", f"expected one of {', '.join(PROMPT_FIELDS)}")
    whole = response if prompt is None or len(response) > 1 else [*_turns(row[prompt], "user", prompt), *response]
    return to_messages({"messages": whole}, "messages")


def _turns(value: object, role: str, field: str) -> list[Any]:
    """Text as one turn of a role; turns, which may be JSON in a cell of a CSV file, unchanged."""
    if isinstance(value, str) and value.lstrip().startswith("[{"):
        try:
            value = json.loads(value)
        except ValueError as error:
            raise BadRow(f'field "{field}" is broken JSON', str(error)) from None
    if isinstance(value, str) and value.strip():
        return [{"role": role, "content": value}]
    if isinstance(value, list) and value:
        return value
    raise BadRow(f'field "{field}" is missing or empty', "a pair needs a prompt, a chosen and a rejected response")


def _number(row: dict[str, Any], column: str) -> float:
    try:
        number = float(row.get(column))  # type: ignore[arg-type]
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise BadRow(f'field "{column}" is not a number', f"found {str(row.get(column))[:40]!r}")
    return number


def _form(rows: Sequence[Row], settings: Ratings) -> Form:
    try:
        return detect_form(row.value for row in rows[:100])
    except DataError as error:
        raise DataError(f"{settings.path}: {error}") from None


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
    return {
        "ratings": name,
        "origin": settings.path,
        "sha256": file_hash(Path(settings.path)),
        "rows_in": tally.rows_in,
        "kept": len(judgements),
        "dropped": dict(tally.dropped),
        "pairs": len(judgements) - judgements["worse"].null_count,
        "prompts": len(set(judgements["prompt"].to_pylist())),
        "examples": examples,
    }


if __name__ == "__main__":
    run_main(main)
