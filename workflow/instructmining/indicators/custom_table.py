"""An indicator of your own: scores that you already have, in a Parquet table.

    python -m instructmining.indicators.custom_table --name difficulty --settings '{"table": "difficulty.parquet"}' \\
        --examples results/data/pools/unseen/000.parquet --scores scores.parquet --report report.json

A row of the table belongs to an example by the example's ID, by a value that the source's row has too, or by the text.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import islice
from pathlib import Path

import pyarrow.dataset as ds
import pyarrow.parquet as pq

from instructmining.command import UserError, run_main
from instructmining.example import Example
from instructmining.indicators.match_rows import Key, Matching, matching
from instructmining.indicators.match_settings import Match
from instructmining.indicators.scoring import Meter, Scorer, Scores, parse_arguments, score_shard
from instructmining.indicators.settings import CustomIndicator


def main() -> None:
    """Look up the scores of one shard."""
    arguments = parse_arguments(__doc__, CustomIndicator)
    settings: CustomIndicator = arguments.settings
    table, column = Path(settings.table or ""), settings.column or arguments.name
    scores = look_up(table, column, arguments.examples, settings.match)
    score_shard(arguments.examples, table_scorer(arguments.name, scores), arguments.scores, arguments.report)


def table_scorer(name: str, scores: Mapping[str, float]) -> Scorer[list[Example]]:
    """Scores by the ID of their example as a scorer of one indicator."""

    def run(examples: list[Example], meter: Meter) -> Scores:
        meter.advance(len(examples))
        return Scores({name: [scores[example.id] for example in examples]})

    return Scorer(prepare=list, run=run)


def look_up(table: Path, column: str, shard: Path, match: Match | None = None) -> dict[str, float]:
    """The score of every example of a shard, by its ID, from a table that may hold other examples too.

    Raises UserError for a score that is missing, empty, given twice or no number, for examples that have no key or the
    same, and for a file that is no Parquet table.
    """
    dataset = open_table(table)
    try:
        matched = matching(match, dataset.schema.names)
        if column not in dataset.schema.names:
            raise UserError(f"no column {column}; found {', '.join(dataset.schema.names)}")
        ids = example_keys(shard, matched)
        scores = read_scores(dataset, column, matched, ids)
        check_all_found(scores, ids, column, matched)
    except UserError as error:
        raise UserError(f"{table}: {error}") from None
    return {identifier: scores[key] for key, identifier in ids.items()}


def open_table(path: Path) -> ds.Dataset:
    """A table of scores, of which no row is read yet; raises UserError where it is none."""
    try:
        return ds.dataset(path)
    except ValueError as error:
        first = str(error).splitlines()[0]
        raise UserError(f"{path}: expected a table in Parquet, with each column once: {first}") from None


def example_keys(shard: Path, matched: Matching) -> dict[Key, str]:
    """The ID of the example that each key stands for; raises UserError where an example has no key, or shares it."""
    batches = pq.ParquetFile(shard).iter_batches(columns=list({"id", *matched.of_shard}))
    keys = {row["id"]: matched.of_example(row) for batch in batches for row in batch.to_pylist()}
    if without := [identifier for identifier, key in keys.items() if key is None]:
        raise UserError(
            f"{len(without)} of {len(keys)} examples have no {matched.in_words} in the row that they came from,"
            f" e.g. {without[:3]}; match by another column, or by text"
        )
    ids = {key: identifier for identifier, key in keys.items() if key is not None}
    if shared := [key for key, count in Counter(keys.values()).items() if key and count > 1]:
        raise UserError(
            f"{len(shared)} values of {matched.in_words} are those of several examples, {_some(shared)};"
            " add the column `source` to the table, or match by something that only one example has"
        )
    return ids


def read_scores(dataset: ds.Dataset, column: str, matched: Matching, wanted: Mapping[Key, str]) -> dict[Key, float]:
    """The scores of the keys that are wanted; raises UserError where one is given twice."""
    scores: dict[Key, float] = {}
    for batch in dataset.to_batches(columns=list(dict.fromkeys([*matched.columns, column]))):
        for row in batch.to_pylist():
            key = matched.of_row(row)
            if key is None or key not in wanted or row[column] is None:
                continue
            if key in scores:
                raise UserError(f"an example appears twice, {_some([key])}; give each {matched.in_words} one score")
            scores[key] = as_number(row[column], column, key)
    return scores


def as_number(value: object, column: str, key: Key) -> float:
    """A score as a number; raises UserError where it is none, NaN or infinite."""
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise UserError(f"column {column} holds {value!r:.40}, {_some([key])}; expected a number")
    return number


def check_all_found(scores: Mapping[Key, float], ids: Mapping[Key, str], column: str, matched: Matching) -> None:
    """Raise UserError where an example has no score."""
    if lost := [key for key in ids if key not in scores]:
        where = "; the IDs of a pool's examples are in the column id of results/indicators/POOL/scores.parquet"
        raise UserError(
            f"no {column} for {len(lost)} of {len(ids)} examples, {_some(lost)}"
            f"{where if matched.columns == ('id',) else f', matched by {matched.in_words}'}"
        )


def _some(keys: Iterable[Key]) -> str:
    """The first keys, cut to a length that can be read."""
    return "e.g. " + ", ".join(repr(" / ".join(key)[:80]) for key in islice(keys, 3))


if __name__ == "__main__":
    run_main(main)
