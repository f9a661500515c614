"""The figure of losses over sizes and the table beside it."""

from instructmining.report.figures.sizes import draw_sizes
from instructmining.report.figures.style import look
from tests.unit.report.made import curves


def test_each_point_is_a_row_with_its_interval() -> None:
    with look():
        table = draw_sizes(curves()).table
    first = curves().points[0]
    expected = ("selected", "epochs", 32, 3, first.loss.mean, first.loss.low, first.loss.high)
    assert tuple(table.loc[0, ["arm", "kept", "examples", "seeds", "loss", "low", "high"]]) == expected
    assert len(table) == len(curves().points)


def test_there_is_a_panel_for_constant_epochs_and_one_for_constant_steps() -> None:
    with look():
        panels = draw_sizes(curves()).figure.axes
    assert [axes.get_title() for axes in panels] == ["constant epochs", "constant steps"]
