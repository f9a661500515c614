"""What is declared of an indicator."""

import shutil
from pathlib import Path

from instructmining.indicators.declaration import Indicator
from instructmining.jobs.fingerprint import PACKAGE, Code, find_below, fingerprint

NEIGHBOUR = Indicator("knn_i", meaning="distance to a neighbour")


def test_a_property_of_a_set_goes_by_every_number() -> None:
    assert (NEIGHBOUR.of_set, NEIGHBOUR.numbered(6)) == (True, "knn_6")
    assert [name for name in ("knn_i", "knn_6", "knn_12", "knn", "knn_6_i", "ppl") if NEIGHBOUR.covers(name)] == [
        "knn_i",
        "knn_6",
        "knn_12",
    ]


def test_any_other_indicator_goes_by_its_name_alone() -> None:
    found = Indicator("log_ppl", meaning="how unexpected")
    assert not found.of_set and found.covers("log_ppl") and not found.covers("log_6")


def changed(folder: Path, old: str, new: str) -> list[bool]:
    """Whether the fingerprints of adopting a rule, drawing and scoring change with the text of a declaration."""
    shutil.copytree(PACKAGE, folder / PACKAGE.name, ignore=shutil.ignore_patterns("__pycache__"))
    settings = folder / PACKAGE.name / "indicators" / "settings.py"
    assert old in settings.read_text()
    settings.write_text(settings.read_text().replace(old, new))
    code = Code(find_below(folder, PACKAGE.name), folder)
    commands = ("quality_rule.adopt", "report.figures.draw", "indicators.text")
    return [code.fingerprint(f"{PACKAGE.name}.{name}") != fingerprint(f"{PACKAGE.name}.{name}") for name in commands]


def test_rewording_what_an_indicator_means_reruns_nothing(tmp_path: Path) -> None:
    assert changed(tmp_path, "how varied the words", "how diverse the words") == [False, False, False]


def test_another_unit_draws_the_figures_anew_and_scores_nothing(tmp_path: Path) -> None:
    assert changed(tmp_path, 'unit="words"', 'unit="tokens"')[1:] == [True, False]
