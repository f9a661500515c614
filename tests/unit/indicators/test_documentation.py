"""The tables of docs/indicators.md."""

from instructmining.indicators import documentation
from instructmining.indicators.rating_prompts import PRESETS
from instructmining.indicators.settings import SCORERS


def test_the_page_holds_what_the_scorers_declare() -> None:
    text = documentation.PAGE.read_text()
    assert documentation.page(text) == text, "run: python -m instructmining.indicators.documentation"


def test_every_indicator_and_every_scorer_has_a_row() -> None:
    assert documentation.scorer_table().count("\n") == 2 + len(SCORERS) + 1
    assert documentation.preset_table().count("\n") == 2 + len(PRESETS)
    assert documentation.indicator_table().count("\n") == 2 + sum(len(kind.gives) for kind in SCORERS.values())
