"""The scorers of a config: what they give, and what they run."""

import pytest

from instructmining.config import Config
from instructmining.embedded import DEFAULT
from instructmining.indicators.scorers import (
    Indicators,
    find_indicator,
    is_aimed,
    needs_gpu,
    own_models,
    runs_here,
    scorer_of,
)
from instructmining.indicators.settings import SCORERS


def test_the_names_of_the_indicators_follow_from_the_scorers() -> None:
    indicators = Indicators.model_validate(
        {"text": {"model": "m"}, "embedding": {"model": {"hub": "x"}, "neighbours": [2, 6]}}
    )
    assert indicators.names() == ["len_in", "len_out", "mtld", "relevance", "knn_2", "knn_6"]


def test_an_indicator_of_your_own_takes_no_name_of_the_workflow() -> None:
    with pytest.raises(ValueError, match=r"custom\.ppl: the workflow has an indicator or scorer of this name"):
        Indicators.model_validate({"custom": {"ppl": {"function": "mine:score"}}})


def test_each_indicator_is_found_by_its_name_and_given_by_its_scorer() -> None:
    names = [(scorer, each.name) for scorer, kind in SCORERS.items() for each in kind.gives]
    assert [scorer_of(name) for _, name in names] == [scorer for scorer, _ in names]
    assert (scorer_of("knn_6"), scorer_of("brevity"), find_indicator("brevity")) == ("embedding", "brevity", None)


@pytest.mark.parametrize("name", ["knn_6", "text"])
def test_an_indicator_of_your_own_is_neither_called_like_a_scorer_nor_a_neighbour(name: str) -> None:
    with pytest.raises(ValueError, match=rf"custom\.{name}: the workflow has an indicator or scorer of this name"):
        Indicators.model_validate({"custom": {name: {"function": "mine:score"}}})


def test_a_scorer_runs_a_base_model_or_has_a_model_of_its_own() -> None:
    assert Config.model_validate(DEFAULT).indicators.base_models() == {"text": "smollm2", "likelihood": "smollm2"}
    assert (own_models(converted=False), own_models(converted=True)) == (["embedding"], ["reward", "unieval", "rating"])


def test_every_scorer_that_is_declared_is_a_key_of_the_config() -> None:
    assert list(Indicators.model_fields) == [*SCORERS, "custom"]
    assert Indicators.model_fields["text"].description == "`len_in`, `len_out`, `mtld`."


def test_similarity_needs_the_scorer_whose_embeddings_it_compares() -> None:
    with pytest.raises(ValueError, match="similarity compares embeddings, which the scorer embedding gives"):
        Indicators.model_validate({"similarity": {}})


def test_some_scorers_look_at_what_the_model_is_to_become_good_at() -> None:
    assert [scorer for scorer in [*SCORERS, "brevity"] if is_aimed(scorer)] == ["similarity", "influence"]


def test_an_aimed_scorer_without_a_fit_set_is_refused() -> None:
    indicators = Indicators.model_validate({"influence": {"model": "tiny"}})
    assert indicators.aim_problems({"fit", "test"}) == []
    assert indicators.aim_problems({"search", "test"})[0].startswith(
        "indicators.influence: it looks at the eval sets of"
    )


def test_a_rating_through_an_endpoint_needs_no_gpu_and_no_model_here() -> None:
    asked = {"base_url": "http://localhost:8000/v1", "model": "m"}
    rating = Indicators.model_validate({"rating": {"endpoint": asked, "preset": "deita_quality"}}).rating
    here = Indicators.model_validate({"rating": {"model": {"hub": "x"}, "parameters": 1, "preset": "deita_quality"}})
    assert (needs_gpu(rating), runs_here(rating), rating.model) == (False, False, None)
    assert (needs_gpu(here.rating), runs_here(here.rating)) == (True, True)
