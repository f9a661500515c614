"""What all figures share: the same bytes every time, and text that can be read."""

import re

import pytest

from instructmining.report.figures.style import look, save
from tests.unit.report.figures.made import DRAWINGS


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_figure_has_the_same_bytes_every_time(name, tmp_path):
    with look():
        for copy in ("a", "b"):
            save(DRAWINGS[name](), tmp_path / f"{copy}.svg", tmp_path / f"{copy}.csv")
    svg = (tmp_path / "a.svg").read_bytes()
    assert svg == (tmp_path / "b.svg").read_bytes()
    assert b"<dc:date>" not in svg and re.search(rb"<svg[^>]*viewBox", svg)


@pytest.mark.parametrize("name", DRAWINGS)
def test_no_text_is_clipped_and_no_titles_overlap(name):
    with look():
        figure = DRAWINGS[name]().figure
        figure.draw_without_rendering()
        boxes = [axes.title.get_window_extent() for axes in figure.axes if axes.get_visible()]
        top = figure._suptitle.get_window_extent() if figure._suptitle else None
    assert all(figure.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1 for box in [*boxes, *([top] if top else [])])
    assert top is None or all(box.y1 <= top.y0 for box in boxes)
