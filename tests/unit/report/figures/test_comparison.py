"""The figure of the arms and the table beside it."""

from dataclasses import replace

from instructmining.report.figures.comparison import draw_arms
from tests.unit.report.figures.made import comparison


def test_the_arms_are_tabled_with_the_interval_of_the_difference():
    table = draw_arms(comparison()).table.set_index("arm")
    assert table.loc["selected", ["difference_low", "difference_high"]].tolist() == [-0.3, 0.1]
    assert table.loc["selected", ["seeds_error", "examples_error"]].tolist() == [0.06, 0.03]
    assert table.loc["selected", ["seeds", "p_adjusted"]].tolist() == [3, 0.08]
    assert table.loc["random", ["difference", "difference_low"]].isna().all()


def test_a_difference_without_an_interval_is_drawn_as_its_seeds():
    selected, random = comparison().arms
    untested = replace(selected.difference, low=None, high=None, p_value=None, p_adjusted=None)
    drawing = draw_arms(replace(comparison(), arms=(replace(selected, difference=untested), random)))
    assert drawing.table.set_index("arm").loc["selected", "difference_low"] is None
    assert len(drawing.figure.axes[1].lines) == 2  # its mean, and zero
