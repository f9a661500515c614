"""What a validation says of its choices."""

from dataclasses import replace

import pytest

from instructmining.validation.result import GAIN, Gain
from tests.unit.validation.made import choice, validation


@pytest.mark.parametrize(("observed", "inside"), [(0.8, True), (1.0, True), (1.01, False), (0.79, False)])
def test_a_choice_is_inside_where_its_loss_is_between_the_ends(observed: float, inside: bool) -> None:
    assert choice("ruled", observed=observed).inside == inside


def test_without_an_interval_nothing_is_outside() -> None:
    assert choice("ruled", low=None, high=None, observed=9.0).inside


def test_the_rule_is_refuted_by_choices_whose_p_value_is_below_the_level() -> None:
    found = validation(choice("ruled", p_value=0.04), choice("random", p_value=0.06), choice("ifd", p_value=None))
    assert found.refuted == ["ruled"]


@pytest.mark.parametrize(
    ("observed", "p_value", "refuted"), [(0.01, 0.04, [GAIN]), (0.01, 0.06, []), (0.2, 0.04, []), (0.01, None, [])]
)
def test_a_gain_refutes_the_rule_where_it_falls_short_by_more_than_chance(
    observed: float, p_value: float | None, refuted: list[str]
) -> None:
    gain = Gain(0.1, 0.05, 0.15, observed, p_value)
    assert replace(validation(choice("ruled")), gain=gain).refuted == refuted
