"""The sentence on an arm says what the judge shows, and no more."""

from instructmining.comparison.judge.result import sentence
from tests.unit.comparison.judge.counted import judged, pair


def test_a_preference_is_only_stated_where_the_interval_excludes_a_half() -> None:
    assert "selected is preferred" in sentence(judged(*(pair(i, "win", "win") for i in range(20))), "j")
    assert "random is preferred" in sentence(judged(*(pair(i, "lose", "lose") for i in range(20))), "j")
    assert "no preference shown" in sentence(
        judged(*(pair(i, *(["win"] * 2 if i % 2 else ["lose"] * 2)) for i in range(20))), "j"
    )
