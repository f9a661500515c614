"""The figure of the arms and the table beside it."""

from instructmining.report.figures.comparison import draw_arms
from tests.unit.report.figures.made import comparison


def test_the_arms_are_tabled_with_both_intervals():
    table = draw_arms(comparison()).table.set_index("arm")
    assert table.loc["selected", ["examples_low", "examples_high"]].tolist() == [-0.2, -0.05]
    assert table.loc["selected", ["both_low", "both_high"]].tolist() == [-0.3, 0.0]
    assert table.loc["selected", ["seeds", "p_adjusted"]].tolist() == [3, 0.08]
    assert table.loc["random", ["seeds_low", "examples_low"]].isna().all()
