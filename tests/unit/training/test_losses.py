"""The table of losses is checked on its way out."""

from pathlib import Path

import pyarrow as pa
import pytest

from instructmining.files import read_table, write_table
from instructmining.training.losses import LOSSES


def test_a_table_without_the_number_of_tokens_is_refused(tmp_path: Path) -> None:
    table = pa.table({"eval_set": ["docs"], "id": ["a"], "loss": [1.5]})
    with pytest.raises(ValueError, match="column 'tokens' is missing"):
        write_table(tmp_path / "losses.parquet", table, LOSSES)


def test_losses_come_back_as_they_were_written(tmp_path: Path) -> None:
    rows = [{"eval_set": "docs", "id": "a", "loss": 1.5, "tokens": 3}]
    write_table(tmp_path / "losses.parquet", pa.Table.from_pylist(rows, schema=LOSSES), LOSSES)
    assert read_table(tmp_path / "losses.parquet", LOSSES).to_pylist() == rows
