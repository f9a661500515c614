"""The figure of losses over sizes and the table beside it."""

import pytest

from instructmining.report.figures.sizes import draw_sizes
from tests.unit.report.figures.made import curves


def test_each_point_is_a_row_with_its_mean_and_interval():
    table = draw_sizes(curves()).table.set_index(["arm", "kept", "examples"])
    row = table.loc[("random", "steps", 64)]
    assert (len(table), row["seeds"]) == (12, 3)
    assert row["loss"] == pytest.approx(2.1 - 0.064) and row["low"] < row["loss"] < row["high"]


def test_there_is_one_panel_for_what_is_kept_constant():
    titles = [axes.get_title() for axes in draw_sizes(curves()).figure.axes]
    assert titles == ["constant epochs", "constant steps"]
