"""What a rating is asked for: a prompt that names the example, and answers that are worth something."""

from typing import Any

import pytest
import yaml

from instructmining.indicators.rating_settings import RatingScorer

GOOD: dict[str, Any] = {
    "model": {"path": "x"},
    "prompt": "Is {response} right? Answer:",
    "answers": {" yes": 1, " no": 0},
    "parameters": 1e9,
}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"prompt": "Is it right?"}, r"prompt.*needs \{instruction\}, \{response\} or both, each once"),
        ({"prompt": "{response} or {response}?"}, r"needs \{instruction\}, \{response\} or both, each once"),
        ({"prompt": "{instruction} {output} Score:"}, r"found \{output\}; a prompt has \{instruction\}"),
        ({"prompt": "Rate {response}"}, r"ends in the example's text"),
        ({"answers": yaml.safe_load("{yes: 1, no: 0}")}, r"found the answers True, False, which YAML reads as no text"),
        ({"answers": yaml.safe_load("{1: 1, 2: 2}")}, r"found the answers 1, 2, .*; put them in quotes"),
        ({"answers": {"yes": 1}}, r"at least 2 items"),
        ({"answers": {"yes": 1, "no": 1}}, r"all answers are worth the same"),
        ({"answers": {"yes": 1, "no": float("nan")}}, r"finite number"),
    ],
)
def test_what_cannot_be_asked_is_refused(change: dict[str, Any], message: str) -> None:
    RatingScorer.model_validate(GOOD)
    with pytest.raises(ValueError, match=f"(?s){message}"):
        RatingScorer.model_validate({**GOOD, **change})
