"""The figure of agreement with people and the table beside it."""

from instructmining.report.figures.people import draw_people
from tests.unit.report.figures.made import people


def test_every_measure_is_a_row_with_its_interval():
    table = draw_people(people()).table.set_index("measure")
    assert table.index.tolist() == ["rule", "ppl", "mtld", "length"]
    assert (table.loc["rule", "accuracy"], table.loc["ppl", "accuracy"]) == (1, 0)
    assert table.loc["mtld", "accuracy_low"] < table.loc["mtld", "accuracy"] < table.loc["mtld", "accuracy_high"]
