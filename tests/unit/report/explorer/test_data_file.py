"""Data files hold what was given, and no text outside their base64."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from instructmining.report.explorer.data_file import in_order, write_data_file
from tests.unit.report.explorer.written import HOSTILE, read_data_file


def test_a_data_file_is_one_call_with_a_name_and_base64(tmp_path: Path) -> None:
    arrays = {"odd": np.array([1, 2, 3], np.uint8), "floats": np.array([0.5, np.nan], np.float32)}
    write_data_file(tmp_path / "x.js", "pools/x", {"text": HOSTILE}, arrays)
    name, header, rest = read_data_file(tmp_path / "x.js")
    assert (name, header["values"]) == ("pools/x", {"text": HOSTILE})
    assert [each["length"] for each in header["arrays"]] == [3, 2]
    assert rest[:3] == b"\1\2\3" and np.frombuffer(rest[8:16], "<f4").tolist()[0] == 0.5


def test_the_same_data_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_data_file(tmp_path / name, "x", {"values": [1, 2]}, {})
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_rows_of_another_pool_are_refused() -> None:
    with pytest.raises(ValueError, match="scores: wrote 2 examples for 2 given; 1 missing"):
        in_order(pa.table({"id": ["a", "c"]}), ["a", "b"], "scores")
