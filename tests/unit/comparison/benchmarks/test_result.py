"""What a tuned model reaches is read as what it was written as."""

from pathlib import Path

from instructmining.comparison.benchmarks.result import Measure, ModelMeasures
from instructmining.comparison.result import ModelOrigin
from instructmining.files import read_result, write_result


def test_measures_are_the_same_after_writing_and_reading(tmp_path: Path) -> None:
    measure = Measure("acc", 0.5, None, 0, 8, 8, "3", higher_is_better=True)
    origin = ModelOrigin("tiny", "new.random", 0, {"hash": "b"}, "a")
    measures = ModelMeasures(origin, 8, 4, {"colours": measure}, "cpu", {"torch": "2.13.0"}, 1.5)
    write_result(tmp_path / "seed0.json", measures)
    assert read_result(ModelMeasures, tmp_path / "seed0.json") == measures
