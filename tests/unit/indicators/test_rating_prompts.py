"""The published prompts are as they were published, to the space, and can be asked."""

from typing import get_args

import pytest

from instructmining.indicators.rating import fill
from instructmining.indicators.rating_prompts import PRESETS, Preset
from instructmining.indicators.rating_settings import RatingScorer
from tests.conftest import conversation

ASKED = {
    "deita_complexity": "You are a helpful assistant. Please identify the complexity score of the following user query."
    " \n##Query: why  \n##Complexity: ",
    "deita_quality": "You are a helpful assistant. Please identify the quality score of the Response corresponding to"
    " the Question. \n #Question#:\nwhy\n#Response#:\nthe cat \n##Quality: ",
}


@pytest.mark.parametrize("preset", get_args(Preset))
def test_a_preset_reads_as_published_and_its_scale_is_1_to_6(preset: Preset) -> None:
    settings = RatingScorer.model_validate({"model": {"path": "x"}, "parameters": 1, "preset": preset})
    assert fill(settings.question.prompt, conversation("why", "the cat")).texts == (ASKED[preset],)
    assert settings.question.answers == {"1": 1, "2": 2, "3": 3, "4": 4, "5": 5, "6": 6}


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_is_one_that_could_be_written_in_a_config_and_names_its_licence(preset: Preset) -> None:
    own = {"prompt": PRESETS[preset].prompt, "answers": PRESETS[preset].answers}
    RatingScorer.model_validate({"model": {"path": "x"}, "parameters": 1, **own})
    assert "Apache-2.0" in PRESETS[preset].source


def test_every_preset_that_a_config_may_name_is_there() -> None:
    assert list(PRESETS) == list(get_args(Preset))
