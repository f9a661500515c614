"""What a validation says of its choices."""

import pytest

from tests.unit.validation.made import choice, validation


@pytest.mark.parametrize(("observed", "inside"), [(0.8, True), (1.0, True), (1.01, False), (0.79, False)])
def test_a_choice_is_inside_where_its_loss_is_between_the_ends(observed: float, inside: bool) -> None:
    assert choice("ruled", observed=observed).inside == inside


def test_without_an_interval_nothing_is_outside() -> None:
    assert choice("ruled", low=None, high=None, observed=9.0).inside


def test_the_rule_is_refuted_by_choices_whose_p_value_is_below_the_level() -> None:
    found = validation(choice("ruled", p_value=0.04), choice("random", p_value=0.06), choice("ifd", p_value=None))
    assert found.refuted == ["ruled"]
