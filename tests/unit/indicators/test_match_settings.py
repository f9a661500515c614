"""Rows of a table are matched to examples in one way."""

from typing import Any

import pytest
from pydantic import ValidationError

from instructmining.indicators.match_settings import Match


@pytest.mark.parametrize("match", [{}, {"text": False}, {"column": "id", "text": True}])
def test_there_is_exactly_one_way(match: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="needs exactly one of column, text"):
        Match.model_validate(match)
