"""The settings of the validation."""

import pytest
from pydantic import ValidationError

from instructmining.validation.settings import Validation


def test_the_rule_is_tried_once_unless_the_config_asks_for_more() -> None:
    assert Validation().rounds == 1


@pytest.mark.parametrize("rounds", [0, 4])
def test_it_is_tried_at_most_three_times(rounds: int) -> None:
    with pytest.raises(ValidationError):
        Validation(rounds=rounds)
