"""A pool for the tests of selections."""

from pathlib import Path

import pyarrow as pa
import pytest

from instructmining.example import EXAMPLES, to_table
from instructmining.files import write_table
from instructmining.selection.rank import rank
from instructmining.selection.ranking import RANKING
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
