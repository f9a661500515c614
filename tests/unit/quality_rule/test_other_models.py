"""Indicators of other models than those that a rule was fitted with are found."""

from typing import Any

import pytest

from instructmining.quality_rule.other_models import other_models


@pytest.mark.parametrize(
    ("was", "now", "same"),
    [
        ({"model": {"hub": "a", "revision": None}}, {"model": {"hub": "a", "revision": "main"}}, True),
        ({"model": {"hub": "a", "revision": "1"}}, {"model": {"hub": "a", "revision": "2"}}, False),
        ({"model": {"hub": ["a", "b"]}}, {"model": {"hub": "b"}}, True),
        ({"model": {"hub": "a"}}, {"model": {"hub": None, "path": "a"}}, False),
        ({"model": {"hub": "a"}, "metric": "cosine"}, {"model": {"hub": "a"}, "metric": "euclidean"}, False),
        ({"model": {"hub": "a"}, "batch_tokens": 1}, {"model": {"hub": "a"}, "batch_tokens": 2}, True),
        ({"model": {"hub": "a"}}, None, False),
    ],
)
def test_models_prompts_and_metrics_are_compared_and_batches_are_not(was: Any, now: Any, same: bool) -> None:
    assert (not other_models(["knn_6"], {"embedding": was}, {"embedding": now})) == same
