"""The figure of predicted against observed losses and the table beside it."""

from dataclasses import replace

from instructmining.report.figures.style import VERMILLION
from instructmining.report.figures.validation import draw_validation
from tests.unit.report.made import validation_result

RESULT = validation_result("longest")


def colours(drawing) -> list[str]:
    """The colours of the marks, in the order in which they are drawn."""
    return [line.get_color() for line in drawing.figure.axes[0].lines]


def test_each_choice_is_tabled_with_its_interval_and_whether_it_refutes_the_rule() -> None:
    table = draw_validation(RESULT).table.set_index("choice")
    assert table.loc["ruled", ["predicted", "low", "high", "observed"]].tolist() == [0.912, 0.861, 0.963, 0.921]
    assert table["refutes"].to_dict() == {"ruled": False, "random": True, "longest": False, "shortest_ppl": False}


def test_only_what_refutes_the_rule_is_drawn_in_the_colour_of_alarm() -> None:
    assert colours(draw_validation(RESULT)).count(VERMILLION) == 1
    assert VERMILLION not in colours(draw_validation(replace(RESULT, choices=RESULT.choices[:1])))


def test_a_prediction_without_an_interval_is_drawn_as_its_marks() -> None:
    (row,) = replace(RESULT, choices=RESULT.choices[3:]).choices
    drawn = draw_validation(replace(RESULT, choices=(row,))).figure.axes[0]
    assert [line.get_xdata() for line in drawn.lines] == [[0.973], [0.968]]
    assert [text.get_text() for text in drawn.texts] == ["no interval"]


def test_what_does_not_compare_is_named_below_the_axis() -> None:
    assert draw_validation(RESULT).figure.axes[0].get_xlabel().endswith("\nnot comparable: full")


def test_where_nothing_compares_the_figure_says_so() -> None:
    drawing = draw_validation(replace(RESULT, choices=()))
    assert [text.get_text() for text in drawing.figure.axes[0].texts] == ["nothing to compare"]
    assert len(drawing.table) == 0 and "observed" in drawing.table.columns
