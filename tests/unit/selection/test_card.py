"""The data card says what a selection is made of, and nothing from the data can break it."""

import pyarrow as pa

from instructmining.selection.card import selection_card
from instructmining.selection.decision import Decision, Reason
from instructmining.selection.settings import Selection
from tests.unit.selection.made import ORIGIN, RULE
from tests.unit.validation.made import choice


def test_the_card_counts_pool_and_selection(pool):
    card = selection_card("mixed", Selection(examples=3), RULE, pool[0], [ORIGIN], {}, "")
    assert "| dolly | 6 (100.0%) | 3 (100.0%) |" in card
    assert "| words_shuffled | 1 (16.7%) | 0 (0.0%) |" in card
    assert "does not predict held-out subsets" in card
    assert "- Shares of the variance of the predictions over the pool: `ppl` 100%." in card


def test_the_card_says_when_a_licence_is_not_stated_and_takes_in_no_markup(pool):
    card = selection_card("mixed", Selection(examples=3), RULE, pool[0], [ORIGIN], {}, "")
    assert r"| dolly | not stated | data/&lt;b>\|dolly.jsonl | 6 | 6 |" in card


def test_examples_between_which_the_rule_does_not_tell_are_said_where_the_cut_is_between_them(pool):
    ranking = pool[0].set_column(pool[0].column_names.index("predicted"), "predicted", pa.array([1.0, 2, 2, 2, 3, 4]))
    cards = {
        size: selection_card("mixed", Selection(examples=size), RULE, ranking, [ORIGIN], {}, "") for size in (3, 4)
    }
    assert "3 examples, some kept and some not, have the same prediction; those with the first IDs" in cards[3]
    assert "same prediction" not in cards[4]


def test_the_card_has_what_was_predicted_and_observed_before_the_selection(pool):
    reasons = (Reason("its validation refutes it", True, "Not refuted."),)
    tried = (choice("ruled", seeds=3), choice("from_x", low=None, high=None))
    decision = Decision("tiny", "mixed", "rule", reasons, "The selection follows the rule.", tried)
    card = selection_card("mixed", Selection(examples=3), RULE, pool[0], [ORIGIN], {}, "", decision)
    assert "| ruled | 3 | 0.900 (0.800 to 1.000) | 0.950 |\n| from_x | 1 | 0.900 | 0.950 |" in card
