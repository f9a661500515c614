"""The figure of a ranked pool and the table beside it."""

import pyarrow as pa

from instructmining.report.figures.selection import draw_quality
from instructmining.selection.settings import Selection
from tests.unit.report.figures.made import ranking


def test_quality_is_grouped_by_source_and_degradation():
    table = draw_quality(ranking(), Selection(examples=2)).table
    groups = [(row.source, row.degraded, row.examples, row.kept) for row in table.itertuples()]
    assert groups == [("x", "", 3, 1), ("y", "", 2, 1), ("y", "words_shuffled", 1, 0)]


def test_a_pool_without_degraded_examples_is_drawn():
    column = pa.nulls(6, pa.string())
    table = draw_quality(ranking().set_column(2, "degraded", column), Selection(examples=6)).table
    assert table["kept"].sum() == 6
