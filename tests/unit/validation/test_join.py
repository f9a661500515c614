"""Choices join the observations."""

import pytest

from instructmining.validation.join import join
from tests.unit.simulation import observations

SUBSETS = observations([1.0, 2.0], {"ppl": [3.0, 4.0]})


def test_choices_come_after_the_subsets_with_the_indicators_of_these() -> None:
    choices = observations([0.5], {"ppl": [9.0], "later": [1.0]}, ["new.ruled"])
    joined = join(SUBSETS, [choices])
    assert joined["subset"].to_pylist() == ["000", "001", "new.ruled"]
    assert joined["ppl"].to_pylist() == [3.0, 4.0, 9.0]
    assert joined.column_names == SUBSETS.column_names


def test_a_choice_without_an_indicator_is_refused() -> None:
    with pytest.raises(ValueError, match="the choices lack the indicators ppl of the subsets; score their pool again"):
        join(SUBSETS, [observations([0.5], {"mtld": [9.0]})])
