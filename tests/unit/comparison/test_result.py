"""Results are read as what they were written as."""

from instructmining.comparison.result import ComparisonResult
from instructmining.files import read_result, write_result
from tests.unit.comparison.made import result


def test_a_result_is_the_same_after_writing_and_reading(tmp_path):
    found = result([-0.05, 0.06, -0.02])
    write_result(tmp_path / "comparison.json", found)
    assert read_result(ComparisonResult, tmp_path / "comparison.json") == found
