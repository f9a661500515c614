"""A ranked pool, and a search on one, for the tests of selections."""

from pathlib import Path

import pyarrow as pa
import pytest

from instructmining.example import EXAMPLES, Example, to_table
from instructmining.files import write_table
from instructmining.selection.rank import rank
from instructmining.selection.ranking import RANKING
from tests.conftest import conversation
from tests.unit.selection.made import RULE, example


@pytest.fixture
def pool(tmp_path: Path) -> tuple[pa.Table, list[Path]]:
    """A ranked pool of six in one shard; example i ranks i-th, the worst is degraded."""
    examples = [example(i) for i in range(6)]
    write_table(tmp_path / "0.parquet", to_table(examples), EXAMPLES)
    columns = {name: [getattr(e, name) for e in examples] for name in ("id", "source", "degraded")}
    ranking = rank(RULE, pa.table({**columns, "ppl": [6.0, 1.0, 2.0, 3.0, 4.0, 5.0]}))
    write_table(tmp_path / "ranking.parquet", ranking, RANKING)
    return ranking, [tmp_path / "0.parquet"]


@pytest.fixture
def options(tmp_path: Path, examples: list[Example]) -> dict[str, str]:
    """The options of a search of two sizes, whose tables are there, but not its model."""
    table = to_table(examples)
    columns = {"predicted": pa.array(range(len(table)), pa.float64()), "rank": pa.array(range(len(table)), pa.int64())}
    ranking = pa.table({**{name: table[name] for name in ("id", "source", "degraded")}, **columns}, schema=RANKING)
    write_table(tmp_path / "pool.parquet", table, EXAMPLES)
    write_table(tmp_path / "ranking.parquet", ranking, RANKING)
    for name, prompt in {"search": "red sky", "test": "blue sea"}.items():
        write_table(tmp_path / f"{name}.parquet", to_table([conversation(prompt, "the cat")]), EXAMPLES)
    return {
        "settings": '{"method": "grid", "low": 4, "high": 8, "trials": 2}', "seed": "0", "pool": "mixed", "model-name": "tiny",
        "model": str(tmp_path / "model" / "model.json"), "base-model": '{"template": "plain"}', "training": '{"dtype": "fp32", "batch_size": 4, "epochs": 1}',
        **{f"{name}-sets": str(tmp_path / f"{name}.parquet") for name in ("search", "test")},
        "ranking": str(tmp_path / "ranking.parquet"), "shards": str(tmp_path / "pool.parquet"), "folder": str(tmp_path / "trials"), "store": str(tmp_path / "store"),
        "trials": str(tmp_path / "trials.parquet"), "size": str(tmp_path / "size.json"),
    }  # fmt: skip
