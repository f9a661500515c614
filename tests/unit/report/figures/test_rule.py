"""Figures of the fitted rule and of its terms."""

import numpy as np

from instructmining.report.figures.rule import draw_coefficients, draw_univariate
from tests.unit.report.figures.made import fitted


def test_constant_indicators_are_not_drawn():
    figure = draw_univariate(*fitted()).figure
    assert [axes.get_xlabel() for axes in figure.axes] == ["ppl", "mtld (words)", "relevance (cosine)"]


def test_an_interval_that_contains_zero_is_hollow():
    drawing = draw_coefficients(fitted()[1])
    markers = [line for line in drawing.figure.axes[0].lines if line.get_marker() == "o"]
    hollow = [line.get_markerfacecolor() == "white" for line in markers]
    rows = drawing.table
    intervals = [(rows[f"{kind}low"], rows[f"{kind}high"]) for kind in ("", "hc3_", "bootstrap_")]
    assert hollow == np.any([(low <= 0) & (high >= 0) for low, high in intervals], axis=0).tolist()
