"""The figure of a comparison."""

from instructmining.report.figures.comparison import draw_arms
from instructmining.report.figures.style import look
from tests.unit.report.made import comparison


def test_every_seed_of_an_arm_is_a_point() -> None:
    with look():
        losses = draw_arms(comparison()).figure.axes[0]
    assert [len(points.get_offsets()) for points in losses.collections] == [3, 3]


def test_the_baseline_is_named_where_the_others_have_intervals() -> None:
    with look():
        differences = draw_arms(comparison()).figure.axes[1]
    assert [text.get_text() for text in differences.texts] == ["baseline"]
