"""What is said about a rule follows from what it predicts: a table of edge cases, and simulations with a known truth."""

import numpy as np
import pytest
from scipy import stats

from instructmining.quality_rule.evidence.verdict import Order, verdict
from instructmining.quality_rule.rule import FTest, HeldOut
from tests.unit.quality_rule.evidence.made import assessed, row
from tests.unit.quality_rule.evidence.mixtures import losses
from tests.unit.simulation import synthetic

ORDER, SHARES, SOURCES = "Puts subsets that it has not seen in order", "add to the shares", "an order of the sources"
NONE, FEW = "Not shown to put subsets that it has not seen in order", "cannot be tested"


@pytest.fixture
def few_shuffles(monkeypatch):
    monkeypatch.setattr("instructmining.quality_rule.evidence.order.PERMUTATIONS", 39)


def a_row(name, p_value, r2=0.1):
    test = None if p_value is None else FTest(2.5, 6, 13, p_value)
    return HeldOut(name, (), r2, 0.0, 0.5, 0.9, 0.3, test)


def said(p_value, rho=0.6, **added):
    rows = [a_row("rule", None, 0.4), *(a_row(name.replace("_", " "), p) for name, p in added.items())]
    return verdict(rows, Order(rho, p_value, 24, 0.95), ["ppl"])


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        (
            said(0.005, mean=0.001, source_shares=0.01, length=0.02),
            f"{ORDER} (Spearman 0.60, p = 0.005 by permutation, 24 subsets; held-out R2 0.40), and the indicators"
            " add to the shares of the sources (F(6, 13) = 2.50, p = 0.01).",
        ),
        (
            said(0.005, mean=0.001, source_shares=0.37),
            f"{ORDER} (Spearman 0.60, p = 0.005 by permutation, 24 subsets; held-out R2 0.40), but that may be an order"
            " of the sources: the indicators are not shown to add to their shares (F(6, 13) = 2.50, p = 0.37).",
        ),
        (
            said(0.005, mean=0.001, source_shares=None),
            f"{ORDER} (Spearman 0.60, p = 0.005 by permutation, 24 subsets; held-out R2 0.40), but with so few subsets"
            " it cannot be tested whether that is more than an order of the sources.",
        ),
        (
            said(0.005, mean=0.001, length=0.3, reward=0.01, ppl=None),
            f"{ORDER} (Spearman 0.60, p = 0.005 by permutation, 24 subsets; held-out R2 0.40); the indicators are not"
            " shown to add to length or ppl alone.",
        ),
        (
            said(0.08, mean=0.001, source_shares=0.01),
            f"{NONE} (Spearman 0.60, p = 0.08 by permutation, 24 subsets; held-out R2 0.40).",
        ),
        (
            said(0.03, rho=-0.1, mean=0.001),
            f"{NONE} (Spearman -0.10, p = 0.03 by permutation, 24 subsets; held-out R2 0.40).",
        ),
    ],
    ids=["both shown", "sources only", "too few for the sources", "one source, length", "no order", "order reversed"],
)
def test_every_verdict_names_its_figures_and_claims_no_more(sentence, expected):
    assert sentence == expected


@pytest.mark.parametrize(
    ("made", "expected", "others"),
    [
        (losses(48, rule=3.0), [ORDER, SHARES], [SOURCES, FEW]),
        (losses(24), [NONE], [ORDER, SHARES]),
        (losses(24, source_effects=0.1), [ORDER, SOURCES], ["and the indicators"]),
        (losses(14, rule=6.0), [FEW], ["and the indicators", SOURCES + ":"]),
    ],
    ids=["a true rule", "noise", "sources only", "too few subsets"],
)
def test_the_verdict_on_a_known_truth(made, expected, others):
    found = assessed(*made).verdict
    assert all(words in found for words in expected) and not any(words in found for words in others), found


@pytest.mark.usefixtures("few_shuffles")
def test_where_losses_depend_on_the_sources_alone_the_indicators_are_rarely_said_to_add_to_them():
    verdicts = [assessed(*losses(24, source_effects=0.02, seed=seed)).verdict for seed in range(20)]
    assert sum(ORDER in found for found in verdicts) > 10  # the order alone is fooled
    assert sum(SHARES in found for found in verdicts) <= stats.binom.ppf(0.995, 20, 0.05)


@pytest.mark.usefixtures("few_shuffles")
def test_a_true_rule_is_mostly_seen_in_the_order():
    verdicts = [assessed(*losses(24, rule=1.5, seed=seed)).verdict for seed in range(10)]
    assert sum(ORDER in found for found in verdicts) >= 7


@pytest.mark.usefixtures("few_shuffles")
def test_noise_is_rarely_said_to_have_an_order():
    verdicts = [assessed(*losses(16, seed=seed)).verdict for seed in range(15)]
    assert sum(ORDER in found for found in verdicts) <= stats.binom.ppf(0.995, 15, 0.05)


def test_a_rule_that_is_length_in_disguise_is_said_not_to_add_to_it():
    _, x = synthetic(40)
    x = {"mtld": x["ppl"] + 0.01 * x["mtld"], "len_out": x["ppl"]}
    found = assessed(1 + 0.3 * x["len_out"] + 0.02 * np.random.default_rng(1).normal(size=40), x)
    assert found.verdict.endswith("the indicators are not shown to add to length alone.")
    assert next(check for check in found.checks if check.name == "added to length").warns


def test_nothing_is_said_across_sources_under_mixtures():
    found = assessed(*losses(24, source_effects=0.02))
    assert not found.by_source and "across sources" not in [check.name for check in found.checks]


def test_a_rule_of_the_sources_alone_is_not_said_to_hold_for_new_ones():
    check = across(assessed(*losses(24, source_effects=0.05, mixed=False)))
    assert check.warns and "is not shown to predict the subsets of a source" in check.sentence


def test_a_rule_that_holds_across_single_sources_is_said_to():
    check = across(assessed(*losses(48, sources=12, rule=3.0, mixed=False)))
    assert not check.warns and "The rule predicts the subsets of a source" in check.sentence


def across(assessment):
    return next(check for check in assessment.checks if check.name == "across sources")


def test_what_a_choice_costs_is_told():
    found = assessed(*synthetic(40, noise=0.5), choice="cv")
    sentence = next(check.sentence for check in found.checks if check.name == "order")
    assert f"held-out R2 of {row(found, 'rule').r2:.2f}" in sentence and "8 models were tried (choice: cv)" in sentence
    assert f"reported as {row(found, 'rule, choice not repeated').r2:.2f}" in sentence
