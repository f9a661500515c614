"""The figure of a ranked pool and the table beside it."""

import pyarrow as pa

from instructmining.report.figures.selection import draw_quality
from instructmining.selection.settings import Selection
from tests.unit.report.figures.made import ranking, reordered


def test_quality_is_grouped_by_source_and_degradation():
    table = draw_quality(ranking(), Selection(examples=2)).table
    groups = [(row.source, row.degraded, row.examples, row.kept) for row in table.itertuples()]
    assert groups == [("x", "", 3, 1), ("y", "", 2, 1), ("y", "words_shuffled", 1, 0)]


def test_a_pool_without_degraded_examples_is_drawn():
    column = pa.nulls(6, pa.string())
    table = draw_quality(ranking().set_column(2, "degraded", column), Selection(examples=6)).table
    assert table["kept"].sum() == 6


def test_the_cut_is_drawn_where_the_ranking_follows_the_rule() -> None:
    (legend,) = draw_quality(ranking(), Selection(examples=2)).figure.legends
    assert legend.get_texts()[0].get_text() == "cut: examples left of it are kept"


def test_without_the_rule_no_line_divides_what_is_kept_from_the_rest() -> None:
    drawing = draw_quality(reordered(), Selection(examples=2))
    kept = drawing.table.set_index(["source", "degraded"])["kept_median"].dropna()
    assert kept.to_dict() == {("x", ""): 0.0, ("y", "words_shuffled"): 3.0}
    (legend,) = drawing.figure.legends
    assert legend.get_texts()[0].get_text() == "median of the examples kept"
    assert "They are not chosen by the rule." in drawing.figure.axes[0].get_title()
