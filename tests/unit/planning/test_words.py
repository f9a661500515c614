"""What is said about designs side by side."""

from instructmining.planning.words import sentences
from tests.unit.planning.made import compared, table


def test_a_saving_that_is_not_shown_is_not_claimed():
    text = sentences(compared(a=table(1, seed=1), b=table(1, seed=2)))[0]
    assert text.endswith("It is not shown to save any.")
    assert "not shown" not in sentences(compared(a=table(1, seed=1), b=table(3, seed=1)))[0]


def test_without_replicates_there_is_no_lack_of_fit():
    result = compared(a=table(1, replicated=0), b=table(2))
    assert result.designs[0].lack_of_fit is None
    assert "without replicates, a lack of fit cannot be distinguished from noise" in "\n".join(sentences(result))


def test_a_bent_design_is_said_not_to_be_straight():
    text = "\n".join(sentences(compared(narrow=table(1), wide=table(5, curve=0.01))))
    assert "wide: the log loss bends upwards along the rule's prediction" in text
    assert "narrow: the log loss is not shown to bend along the rule's prediction" in text
