"""The settings of the scorers, and what they declare."""

import importlib

import pytest

from instructmining.indicators.settings import SCORERS, CustomIndicator


@pytest.mark.parametrize("scorer", SCORERS)
def test_a_scorer_declares_its_indicators_and_has_a_module_of_its_name(scorer: str) -> None:
    assert all(each.meaning and each.range and each.reads for each in SCORERS[scorer].gives)
    assert callable(importlib.import_module(f"instructmining.indicators.{scorer}").main)


def test_no_two_scorers_give_the_same_indicator() -> None:
    names = [each.name for kind in SCORERS.values() for each in kind.gives]
    assert len(names) == len(set(names)) == 15


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "needs exactly one of function, table"),
        ({"function": "mine:score", "table": "scores.parquet"}, "needs exactly one of function, table"),
        ({"function": "mine:score", "column": "score"}, "column is for a table"),
    ],
)
def test_an_indicator_of_your_own_comes_from_one_place(values: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        CustomIndicator.model_validate(values)
