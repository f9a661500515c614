"""The card of a fitted rule says no more than the evidence shows."""

from dataclasses import replace

import numpy as np

from instructmining.quality_rule.card import rule_card
from instructmining.quality_rule.fit import fit_rule
from instructmining.quality_rule.settings import QualityRuleSettings
from tests.unit.quality_rule.evidence.mixtures import losses
from tests.unit.quality_rule.made import fit, fit_of
from tests.unit.simulation import observations, synthetic

FEW_REPEATS = QualityRuleSettings(repeats=2)


def test_the_card_claims_no_effect_that_is_not_shown():
    y, x = synthetic(30, noise=0.2)
    x["relevance"] = np.random.default_rng(9).normal(size=30)
    found = fit(y, x).rule
    for term in found.terms:
        assert (f"`{term.indicator}`: no effect shown" in rule_card(found)) is not term.shown


def test_the_card_says_when_held_out_subsets_are_not_predicted():
    rng = np.random.default_rng(3)
    rule = fit(rng.normal(size=12), {name: rng.normal(size=12) for name in "abc"}).rule
    assert rule.loo_r2 < 0
    assert "does not predict held-out subsets better than their mean" in rule_card(rule)


def test_an_effect_below_the_noise_floor_is_not_called_one():
    rule = fit(*synthetic()).rule
    term = rule.terms[0]
    assert term.shown and rule.effect(term) == "higher loss"
    hidden = replace(rule, noise_floor=1.01 * term.reach)
    assert hidden.effect(term) == "below the noise floor"
    assert "`ppl`: as it rises" not in rule_card(hidden) and "`ppl`: below the noise floor" in rule_card(hidden)


def test_the_card_shows_source_shares_beside_the_rule_and_says_where_subsets_are_too_few():
    cards = []
    for subsets in (12, 24):
        y, x, sources = losses(subsets)
        cards.append(rule_card(fit_rule(observations(y, x, sources=sources), list(x), FEW_REPEATS, {}).rule))
    few, enough = ([line for line in card.splitlines() if line.startswith("| source shares")] for card in cards)
    assert few[0].endswith("| too few subsets |") and "| F(6, 13) = " in enough[0] and " | - | " in enough[0]


def test_the_card_has_a_sentence_for_every_check_and_marks_warnings():
    rule = fit(*synthetic()).rule
    card = rule_card(rule)
    assert all(("Warning: " if check.warns else "- ") + check.sentence in card for check in rule.checks)
    assert {"noise", "order", "added to mean", "calibration", "collinearity"} <= {check.name for check in rule.checks}


def test_the_card_shows_slopes_within_sources_and_effects_between_them():
    y, x, sources = losses(40, rule=2.0, source_effects=0.05)
    rule = fit_of(y, x, sources, effects="within", limits={"i0": (-1.5, 1.25)}).rule
    _, within, between, *_ = rule_card(rule).split("\n## ")
    assert within.startswith("Within sources\n") and between.startswith("Between sources\n")
    assert [line.split(" | ")[0] for line in within.splitlines() if line.startswith("| i")][1:] == [f"| {n}" for n in x]
    assert "`i0` -1.5 to 1.25" in within and "source:" not in within
    first = rule.sources[0]
    assert f"| {first.source} | {first.effect:+.4g} | {first.low:.4g} to {first.high:.4g} |" in between
    assert f"compared with `{first.source}`" in between and "Sources that are not in the table" in between


def test_the_card_of_shares_alone_has_no_slopes_and_one_without_shares_no_effects_of_sources():
    y, x, sources = losses(24, source_effects=0.05)
    of_shares, together = (rule_card(fit_of(y, x, sources, effects=effects).rule) for effects in ("shares", "together"))
    assert "## Within sources" not in of_shares and "## Between sources" in of_shares
    assert "sources\n" not in together and "The shares of the sources add to it (F(4, 19)" in of_shares
