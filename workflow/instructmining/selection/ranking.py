"""The ranking of a pool as a table, and the examples of its IDs."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from instructmining.example import EXAMPLES
from instructmining.files import check_same_ids, check_schema

RANKING = pa.schema(
    [
        pa.field("id", pa.string(), metadata={"description": "the example"}),
        pa.field("source", pa.string(), metadata={"description": "the source it was imported from"}),
        pa.field("degraded", pa.string(), metadata={"description": "how it was degraded on purpose; null if not"}),
        pa.field(
            "predicted", pa.float64(), metadata={"description": "log loss that the rule predicts; lower is better"}
        ),
        pa.field(
            "rank",
            pa.int64(),
            metadata={"description": "1 is the best: the lowest predicted, or the first by what it falls back on"},
        ),
    ]
)


def is_by_prediction(ranking: pa.Table) -> bool:
    """Whether the lowest predictions come first; they do not where the selection does not follow the rule."""
    predicted = ranking["predicted"].to_numpy()
    return bool((predicted[:-1] <= predicted[1:]).all())


def term_column(indicator: str) -> str:
    """The column of a ranking with what an indicator adds to the prediction."""
    return f"term_{indicator}"


def ranking_schema(terms: Iterable[str], indicators: Iterable[str]) -> pa.Schema:
    """The columns of a ranking: those of RANKING, one for each term of the rule, one for each indicator."""
    description = {"description": "what the indicator adds to the prediction at its mean over the subsets"}
    return pa.schema(
        [
            *RANKING,
            *(pa.field(term_column(name), pa.float64(), metadata=description) for name in terms),
            *(pa.field(name, pa.float64(), metadata={"description": "score"}) for name in indicators),
        ]
    )


def indicator_columns(ranking: pa.Table) -> list[str]:
    """The indicators of a ranking or of a table of scores."""
    names = [name for name in ranking.column_names if name not in RANKING.names]
    return [name for name in names if not name.startswith(term_column(""))]


def examples_by_id(shards: Sequence[Path], ids: Sequence[str]) -> pa.Table:
    """The examples with these IDs, in their order, with the schema EXAMPLES; raises ValueError where one is missing."""
    for shard in shards:
        check_schema(shard, ds.dataset(shard).schema, EXAMPLES)
    wanted = pa.array(ids, pa.string())
    found = ds.dataset(shards).to_table(columns=EXAMPLES.names, filter=pc.field("id").isin(wanted))
    positions = pc.index_in(wanted, value_set=found["id"].combine_chunks())
    examples = found.take(positions.drop_null()).cast(EXAMPLES)
    check_same_ids(list(ids), examples["id"].to_pylist(), "the shards of the pool")
    return examples
