"""Settings of the comparison that do not fit together are refused."""

from typing import Any

import pytest

from instructmining.comparison.settings import Comparison
from instructmining.training.settings import Training


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


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"arms": ["random", "full", "full"]}, "arms: 'full' appears twice"),
        ({"arms": ["random", "best"]}, "arms: 'best' is no arm; allowed: selected, ruled, random"),
        *(
            (
                {"arms": ["random", f"{arm}~length"]},
                rf"'{arm}~length' is no arm: only .* allowed: selected~length, ruled~length, short",
            )
            for arm in ("random", "longest", "full", "untuned", "diverse", "selected_diverse", "mine")
        ),
        ({"lists": {"from_x": "ids.txt"}}, "lists: 'from_x' is a name for draws from one source"),
        ({"lists": {"random": "ids.txt"}}, "lists: 'random' is the name of a built-in arm"),
        ({"match": "tokens"}, "tokens: needed with match: tokens"),
        ({"sizes": [8, 8]}, "a curve needs two different sizes"),
    ],
)
def test_what_does_not_fit_together_is_named(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Comparison.model_validate(change)


def test_an_arm_may_have_more_seeds_than_the_others() -> None:
    settings = Comparison(more_seeds={"selected": 5})
    assert (settings.seeds_of("selected"), settings.seeds_of("random")) == (5, 3)


@pytest.mark.parametrize(("steps", "epochs", "expected"), [(7, 3, 7), (None, 3, 15), (None, 1.1, 6)])
def test_matched_steps_are_those_of_the_selection(steps: int | None, epochs: float, expected: int) -> None:
    settings = Comparison(match="steps", steps=steps)
    assert settings.matched_steps(Training(epochs=epochs, batch_size=4), examples=20) == expected


def test_a_length_matched_arm_is_tuned_judged_and_measured_like_any_other() -> None:
    judge = {"base_url": "http://localhost/v1", "model": "judge", "prompts": {"own": {"path": "p.jsonl"}}}
    measured = {"judge": judge | {"arms": ["ifd~length"]}, "benchmarks": {"preset": "open_llm", "arms": ["ifd~length"]}}
    settings = Comparison.model_validate(
        {"arms": ["random", "ifd~length"], "more_seeds": {"ifd~length": 5}, **measured}
    )
    assert settings.seeds_of("ifd~length") == 5


@pytest.mark.parametrize(
    ("arms", "indicators", "message"),
    [
        (["random", "ifd~length"], ["ppl"], "ifd~length is chosen by the indicator 'ifd', which is not computed"),
        (["full", "selected~length"], [], "selected~length has the lengths of the baseline, but full is not as large"),
    ],
)
def test_a_length_matched_arm_needs_what_its_arm_needs_and_a_draw(
    arms: list[str], indicators: list[str], message: str
) -> None:
    [problem] = Comparison(arms=arms, baseline=arms[0]).problems(indicators, embeddings=False, pools=["new"])
    assert message in problem
