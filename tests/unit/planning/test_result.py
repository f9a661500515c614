"""The file of a comparison of designs."""

import pytest

from instructmining.files import read_result, write_result
from instructmining.planning.result import Bend, DesignComparison
from tests.unit.planning.made import compared, table


@pytest.mark.parametrize("replicated", [0, 8])
def test_a_comparison_is_the_same_after_writing_and_reading(replicated, tmp_path):
    result = compared(fused=table(1, replicated=replicated), tilted=table(3))
    write_result(tmp_path / "designs.json", result)
    assert read_result(DesignComparison, tmp_path / "designs.json") == result


def test_a_bend_is_shown_by_its_p_value():
    assert Bend(0.1, 9.0, 20.0, 0.01).shown and not Bend(0.1, 1.0, 20.0, 0.3).shown
