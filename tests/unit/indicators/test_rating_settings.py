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

SERVER = {"base_url": "http://localhost:8000/v1", "model": "m"}


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
        ({"preset": "deita_quality"}, r"needs either preset, or prompt and answers; found preset, prompt, answers"),
        ({"answers": None}, r"needs either preset, or prompt and answers; found prompt"),
        ({"prompt": None, "answers": None}, r"needs either preset, or prompt and answers; found none"),
        ({"model": None}, r"needs exactly one of model, endpoint"),
        ({"endpoint": SERVER}, r"needs exactly one of model, endpoint"),
        ({"parameters": None}, r"parameters: required with model"),
        ({"model": None, "endpoint": SERVER, "dtype": "fp32"}, r"dtype, parameters: for a model of this machine only"),
        ({"model": None, "endpoint": {**SERVER, "key_variable": "sk-secret"}}, r"never the key itself"),
    ],
)
def test_what_cannot_be_asked_is_refused(change: dict[str, Any], message: str) -> None:
    RatingScorer.model_validate(GOOD)
    with pytest.raises(ValueError, match=f"(?s){message}"):
        RatingScorer.model_validate({**GOOD, **change})


def test_answers_of_an_endpoint_differ_by_more_than_spaces() -> None:
    asked = {"endpoint": SERVER, "prompt": GOOD["prompt"], "answers": {" yes": 1, " no": 0}}
    assert RatingScorer.model_validate(asked).question.answers == {" yes": 1, " no": 0}
    with pytest.raises(ValueError, match="answers: some differ in spaces only"):
        RatingScorer.model_validate({**asked, "answers": {" yes": 1, "yes": 1, "no": 0}})
