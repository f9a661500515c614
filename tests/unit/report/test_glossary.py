"""Names are explained."""

from instructmining.indicators.settings import GIVEN
from instructmining.report.accounts import Account
from instructmining.report.glossary import meaning, reasons


def test_every_indicator_of_a_scorer_is_explained() -> None:
    names = [name for given in GIVEN.values() for name in given]
    assert "user's own" in meaning("brevity") and not any("user's own" in meaning(name) for name in names)


def test_only_reasons_that_occur_are_explained() -> None:
    found = reasons([Account("source", "a", "", 5, 3, {"over limit": 1, "field is empty": 1})])
    assert list(found) == ["over limit"]
