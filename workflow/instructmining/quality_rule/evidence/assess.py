"""Choose the indicators of a rule, and measure how well the choice and its baselines predict what was held out."""

from dataclasses import dataclass, replace

import pyarrow as pa

from instructmining.quality_rule.evidence.choose import Choice, chooser
from instructmining.quality_rule.evidence.held_out import (
    Candidate,
    SourceLeftOut,
    divisions,
    held_out_table,
    leave_sources_out,
    source_folds,
)
from instructmining.quality_rule.evidence.order import order_p_value
from instructmining.quality_rule.evidence.source_shares import predict_by_shares
from instructmining.quality_rule.evidence.verdict import Order, evidence_checks, verdict
from instructmining.quality_rule.regression.least_squares import Design, estimable, make_design, too_constant
from instructmining.quality_rule.regression.share_terms import source_names, source_shares
from instructmining.quality_rule.rule import CHOICE_NOT_REPEATED, MEAN, RULE, SOURCE_SHARES, Check, HeldOut
from instructmining.quality_rule.settings import QualityRuleSettings

BASELINES = {"length": ("len_out",), "reward": ("reward",), "ppl": ("log_ppl", "ppl")}
"""Baselines of one cheap indicator, each the first of these that was computed; ppl itself has a long tail."""


@dataclass(frozen=True)
class Assessment:
    """What was chosen, and how well it predicts."""

    choice: Choice
    order_p_value: float
    """How often the same choice puts subsets left out in as good an order in noise."""
    held_out: list[HeldOut]
    by_source: list[SourceLeftOut]
    checks: list[Check]
    verdict: str


def assess(offered: Design, observations: pa.Table, settings: QualityRuleSettings, seed: int) -> Assessment:
    """Choose among the usable indicators that are offered, and compare with the baselines."""
    folds, level = min(settings.folds, len(offered.subsets)), settings.confidence
    choose = chooser(settings.choice, level, folds, seed)
    choice = choose(offered)
    rule = Candidate(RULE, offered, lambda design: choose(estimable(design)).indicators)
    fixed = Candidate(CHOICE_NOT_REPEATED, offered, lambda design: choice.indicators)
    cheap = baselines(observations, offered)
    candidates = [rule, *([] if settings.choice == "given" else [fixed]), *cheap]
    rows = held_out_table(candidates, divisions(len(offered.subsets), folds, settings.repeats, seed), level)
    by_source = source_folds(offered)
    sources = leave_sources_out(rule, cheap[0], by_source, level) if by_source is not None else []
    p_value = order_p_value(offered, choose, seed)
    order = Order(rows[0].spearman, p_value, len(offered.subsets), level)
    checks = evidence_checks(settings.choice, choice, order, rows, sources)
    return Assessment(choice, p_value, rows, sources, checks, verdict(rows, order, choice.indicators))


def baselines(observations: pa.Table, offered: Design) -> list[Candidate]:
    """The mean, source shares, and rules of a single indicator that varies, whether it was offered or not."""
    found = [Candidate(MEAN, offered, lambda design: ()), *_source_shares(offered)]
    for name, choices in BASELINES.items():
        computed = [indicator for indicator in choices if indicator in observations.column_names]
        if computed:
            design = replace(make_design(observations, computed[:1]), weights=offered.weights)
            if not too_constant(design.x[:, 0]):
                found.append(Candidate(name, design, lambda design: design.indicators))
    return found


def _source_shares(offered: Design) -> list[Candidate]:
    """The regression on source shares alone, where these vary and the rule is not that regression itself."""
    if not offered.without_shares().indicators:
        return []
    shares = replace(offered, indicators=source_names(offered.sources), x=source_shares(offered.sources))
    if all(too_constant(column) for column in shares.x.T):
        return []
    return [Candidate(SOURCE_SHARES, shares, lambda design: design.indicators, predict_by_shares)]
