"""An indicator of your own: scores that you already have, in a Parquet table with the IDs of examples.

    python -m instructmining.indicators.custom_table --name difficulty --settings '{"table": "difficulty.parquet"}' \\
        --examples results/data/pools/unseen/000.parquet --scores scores.parquet --report report.json
"""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from instructmining.command import run_main
from instructmining.example import Example
from instructmining.indicators.scoring import Meter, Scorer, Scores, parse_arguments, score_shard
from instructmining.indicators.settings import CustomIndicator


def main() -> None:
    """Look up the scores of one shard."""
    arguments = parse_arguments(__doc__, CustomIndicator)
    settings: CustomIndicator = arguments.settings
    scorer = table_scorer(arguments.name, Path(settings.table or ""), settings.column or arguments.name)
    score_shard(arguments.examples, scorer, arguments.scores, arguments.report)


def table_scorer(name: str, path: Path, column: str) -> Scorer[list[Example]]:
    """The table as a scorer of one indicator; it may hold other examples too."""

    def run(examples: list[Example], meter: Meter) -> Scores:
        values = look_up(path, column, [example.id for example in examples])
        meter.advance(len(examples))
        return Scores({name: values})

    return Scorer(prepare=list, run=run)


def look_up(path: Path, column: str, ids: list[str]) -> list[float]:
    """The scores of examples, in their order; raises ValueError for a score that is missing, empty or given twice."""
    dataset = ds.dataset(path)
    if missing := {"id", column} - set(dataset.schema.names):
        raise ValueError(f"{path}: no column {', '.join(sorted(missing))}; found {', '.join(dataset.schema.names)}")
    table = dataset.to_table(columns=["id", column], filter=pc.field("id").isin(ids))
    if len(table) > len(set(table["id"].to_pylist())):
        raise ValueError(f"{path}: an example appears twice; give each ID one score")
    rows = pc.index_in(pa.array(ids, pa.string()), value_set=table["id"].combine_chunks().cast(pa.string()))
    values = table[column].take(rows)
    if values.null_count:
        lost = [example for example, value in zip(ids, values.to_pylist(), strict=True) if value is None]
        raise ValueError(
            f"{path}: no {column} for {len(lost)} of {len(ids)} examples, e.g. {lost[:3]};"
            " the IDs of a pool's examples are in the column id of results/indicators/POOL/scores.parquet"
        )
    return [float(value) for value in values.to_pylist()]


if __name__ == "__main__":
    run_main(main)
