"""Curves are read as what they were written as."""

from instructmining.comparison.curves import Curves, Point
from instructmining.comparison.result import Estimate
from instructmining.files import read_result, write_result


def test_curves_are_the_same_after_writing_and_reading(tmp_path):
    point = Point("selected", "epochs", 32, 8, Estimate(2.0, 0.1, 1.9, 2.1, (1.9, 2.1)))
    curves = Curves("tiny", "mixed", 0.95, (point,), ("A sentence.",))
    write_result(tmp_path / "sizes.json", curves)
    assert read_result(Curves, tmp_path / "sizes.json") == curves
