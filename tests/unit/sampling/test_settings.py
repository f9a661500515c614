"""Settings of sampling: what a scheme needs, and what a draw depends on."""

from typing import Any

import pytest
from pydantic import ValidationError

from instructmining.sampling.settings import Sampling


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"subsets": 3, "replicated": 4}, "replicated is 4, but there are only 3 subsets"),
        ({"subsets": 3, "selections": 4}, "selections is 4, but there are only 3 subsets"),
        ({"selections": 2}, "scheme selections needs `indicators`"),
        ({"scheme": "stratified"}, "scheme stratified needs `indicators`"),
        ({"scheme": "d_optimal", "indicators": ["ppl"], "subsets": 9, "proposals": 8}, "proposals is 8: too few"),
    ],
)
def test_settings_that_contradict_themselves_are_refused(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Sampling.model_validate(values)


def test_a_draw_depends_on_no_settings_of_other_schemes_nor_on_how_many_draws_there_are() -> None:
    few = Sampling(scheme="fused", subsets=10, replicated=2, seeds=3, tilt=1.0)
    many = Sampling(scheme="fused", subsets=200, tilt=2.0)
    assert few.draw_settings == many.draw_settings
    assert few.draw_settings != Sampling(scheme="fused", concentration=0.5).draw_settings


def test_a_draw_depends_on_the_selections_among_the_subsets_where_there_are_some() -> None:
    assert Sampling(indicators=["ppl"]).draw_settings == Sampling().draw_settings
    assert Sampling(selections=2, indicators=["ppl"]).draw_settings != Sampling().draw_settings


@pytest.mark.parametrize(("scheme", "strength"), [("within", 0.5), ("tilted", 2.0), ("d_optimal", 2.0)])
def test_a_tilt_inside_sources_is_mild_unless_it_is_given(scheme: str, strength: float) -> None:
    assert Sampling.model_validate({"scheme": scheme, "indicators": ["ppl"]}).strength == strength
    assert Sampling.model_validate({"scheme": scheme, "indicators": ["ppl"], "tilt": 1.5}).strength == 1.5


@pytest.mark.parametrize(
    ("scheme", "by"), [("fused", False), ("single_source", False), ("within", True), ("tilted", True)]
)
def test_some_schemes_draw_by_indicators(scheme: str, by: bool) -> None:
    assert Sampling.model_validate({"scheme": scheme, "indicators": ["ppl"]}).by_indicators == by


def test_a_scheme_that_draws_by_indicators_asks_for_them() -> None:
    with pytest.raises(ValueError, match="scheme tilted needs `indicators`"):
        Sampling(scheme="tilted")
