"""A decision says what it rests on."""

from instructmining.selection.decision import FOLLOWS, Decision, Reason


def test_the_decision_comes_before_its_reasons() -> None:
    decision = Decision("tiny", "new", "random", (Reason("order", False, "No order."),), "The rule is refused.")
    assert decision.sentences == ["The rule is refused.", "No order."]


def test_where_nothing_is_asked_the_selection_follows_the_rule() -> None:
    assert (FOLLOWS.by, FOLLOWS.reasons) == ("rule", ())
