"""The figure of a judge's verdicts and the table beside it."""

from dataclasses import replace

import pytest

from instructmining.comparison.judge.result import JudgeResult
from instructmining.comparison.judge.verdicts import PairVerdict
from instructmining.report.figures.judge import draw_judge
from instructmining.report.figures.style import look
from tests.unit.comparison.judge.counted import judged, pair
from tests.unit.report.made import judge_result

WON = [pair(i, "win", "win", lengths=(i % 3 * 10, 10)) for i in range(9)]
LOST = [pair(i, "lose", "lose", lengths=(i % 2 * 15, 10)) for i in range(9, 12)]


def result(*pairs: list[PairVerdict]) -> JudgeResult:
    return replace(judge_result("<judge>"), arms=(judged(*pairs),))


def test_the_table_holds_what_is_drawn() -> None:
    with look():
        table = draw_judge(result(*WON, *LOST, pair(12, None, "win"))).table
    row = table.iloc[0]
    assert (row["pairs"], row["decided"], row["win"], row["lose"], row["win_rate"]) == (13, 12, 0.75, 0.25, 0.75)
    assert row["win_low"] < 0.75 < row["win_high"]
    assert row["win_rate_at_equal_length_low"] < row["win_rate_at_equal_length"]


def test_bars_add_up_to_the_whole() -> None:
    with look():
        axes = draw_judge(result(*WON, *LOST)).figure.axes[0]
    assert sum(bar.get_width() for bar in axes.patches) == pytest.approx(1)


def test_an_arm_without_any_verdict_is_an_empty_row() -> None:
    with look():
        drawing = draw_judge(result(pair(0, None, None)))
    assert drawing.table["win_rate"].isna().all()
    assert "0 of 1 pairs" in drawing.figure.axes[0].get_yticklabels()[0].get_text()
