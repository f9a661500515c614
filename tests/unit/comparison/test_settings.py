"""Settings of the comparison that do not fit together are refused."""

from typing import Any

import pytest

from instructmining.comparison.settings import Comparison


@pytest.mark.parametrize(
    ("key", "change", "message"),
    [
        ("judge", {"arms": ["random"]}, r"judge.arms: found 'random'; allowed: selected, longest"),
        ("judge", {"seeds": 4}, r"judge.seeds: found 4, but random is tuned 3 times"),
        ("benchmarks", {"arms": ["full"]}, r"benchmarks.arms: found 'full'; allowed: selected, random, longest"),
        ("benchmarks", {"seeds": 4}, r"benchmarks.seeds: found 4, but random is tuned 3 times"),
    ],
)
def test_only_arms_and_seeds_that_are_tuned_are_measured(key: str, change: dict[str, Any], message: str) -> None:
    asked = {
        "judge": {"base_url": "http://localhost/v1", "model": "judge", "prompts": {"own": {"path": "p.jsonl"}}},
        "benchmarks": {"preset": "open_llm"},
    }
    with pytest.raises(ValueError, match=message):
        Comparison.model_validate({"arms": ["selected", "random", "longest"], key: {**asked[key], **change}})
