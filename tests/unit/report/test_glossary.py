"""What names and reasons mean, in words."""

import pytest

from instructmining.indicators.settings import SCORERS
from instructmining.report.accounts import Account
from instructmining.report.glossary import meaning, reasons


def test_every_indicator_of_a_scorer_is_explained() -> None:
    names = [each.name for kind in SCORERS.values() for each in kind.gives]
    assert "user's own" in meaning("brevity") and not any("user's own" in meaning(name) for name in names)


@pytest.mark.parametrize(
    ("indicator", "words"),
    [
        ("len_in", "tokens of the instruction, special ones not counted"),
        ("reward", "the raw score that a reward model gives the response; higher is usually better"),
        ("knn_6", "distance to the i-th most similar example of the set (i = 6); higher is usually better"),
    ],
)
def test_a_meaning_says_which_values_are_usually_better(indicator: str, words: str) -> None:
    assert meaning(indicator) == words


def test_only_reasons_that_occur_are_explained() -> None:
    found = reasons([Account("source", "a", "", 5, 3, {"over limit": 1, "field is empty": 1})])
    assert list(found) == ["over limit"]
