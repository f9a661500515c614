"""Figures of the evidence about a rule and the tables beside them."""

from dataclasses import replace

import numpy as np
import pytest

from instructmining.report.figures.evidence import draw_held_out, draw_residuals
from tests.unit.report.figures.made import fitted


def test_residuals_and_normal_quantiles_of_the_subsets_have_one_order():
    table = draw_residuals(fitted()[1]).table
    assert table.sort_values("residual")["normal_quantile"].is_monotonic_increasing


def test_subsets_beyond_the_limit_of_cooks_distance_are_named():
    drawing = draw_residuals(fitted()[1])
    named = [text.get_text() for text in drawing.figure.axes[2].texts]
    assert named == ["000"] == [drawing.table["subset"][drawing.table["cooks_distance"].idxmax()]]


def test_the_rule_comes_before_its_baselines():
    assert draw_held_out(fitted()[1]).table["name"].tolist() == ["rule", "mean", "ppl"]


def test_the_table_has_a_gain_and_a_test_for_each_baseline_and_none_for_the_rule():
    rule, *baselines = draw_held_out(fitted()[1]).table.to_dict("records")
    assert np.isnan(rule["gain"]) and np.isnan(rule["added_p_value"])
    assert [row["gain"] for row in baselines] == pytest.approx([rule["r2"] - row["r2"] for row in baselines])
    assert [row["added_numerator_degrees"] for row in baselines] == [3, 2]


def test_the_rows_of_the_figure_are_those_of_the_table():
    drawing = draw_held_out(fitted()[1])
    labels = [label.get_text() for label in drawing.figure.axes[0].get_yticklabels()]
    assert labels == drawing.table["name"].tolist()


def test_with_too_few_subsets_for_any_test_no_gain_is_shown_as_one():
    diagnostics = fitted()[1]
    untested = replace(diagnostics, held_out=tuple(replace(row, added=None) for row in diagnostics.held_out))
    points = draw_held_out(untested).figure.axes[1].lines[1:]
    assert {point.get_markerfacecolor() for point in points} == {"white"}
    assert len(draw_held_out(replace(untested, held_out=untested.held_out[:1])).figure.axes[1].lines) == 1
