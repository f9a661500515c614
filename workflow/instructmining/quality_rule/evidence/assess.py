"""Choose the indicators of a rule, and measure how well the choice and its baselines predict what was held out."""

from dataclasses import dataclass, replace

import pyarrow as pa

from instructmining.quality_rule.evidence.choose import Choice, chance, chooser
from instructmining.quality_rule.evidence.held_out import (
    Candidate,
    SourceLeftOut,
    divisions,
    held_out_table,
    leave_sources_out,
    source_folds,
)
from instructmining.quality_rule.evidence.verdict import choice_check, held_out_checks, verdict
from instructmining.quality_rule.regression.least_squares import Design, make_design, too_constant
from instructmining.quality_rule.rule import CHOICE_NOT_REPEATED, RULE, Check, HeldOut
from instructmining.quality_rule.settings import QualityRuleSettings

BASELINES = {"length": ("len_out",), "reward": ("reward",), "ppl": ("log_ppl", "ppl")}
"""Baselines of one cheap indicator, each the first of these that was computed; ppl itself has a long tail."""


@dataclass(frozen=True)
class Assessment:
    """What was chosen, and how well it predicts."""

    choice: Choice
    chance: float
    """How often the same choice finds an R2 as high in noise."""
    held_out: list[HeldOut]
    by_source: list[SourceLeftOut]
    checks: list[Check]
    verdict: str


def assess(offered: Design, observations: pa.Table, settings: QualityRuleSettings, seed: int) -> Assessment:
    """Choose among the usable indicators that are offered, and compare with the baselines."""
    folds, level = min(settings.folds, len(offered.subsets)), settings.confidence
    choose = chooser(settings.choice, level, folds, seed)
    choice = choose(offered)
    rule = Candidate(RULE, offered, lambda design: choose(design).indicators)
    fixed = Candidate(CHOICE_NOT_REPEATED, offered, lambda design: choice.indicators)
    candidates = [rule, *([] if settings.choice == "given" else [fixed]), *baselines(observations, offered)]
    by_source = source_folds(offered)
    random = divisions(len(offered.subsets), folds, settings.repeats, seed)
    rows = held_out_table(candidates, random, by_source, level, seed)
    sources = leave_sources_out(rule, by_source, level) if by_source is not None else []
    found_in_noise = chance(offered, choose, seed)
    checks = [
        choice_check(settings.choice, choice, found_in_noise, rows, level),
        *held_out_checks(rows, sources, len(offered.subsets), level),
    ]
    words = verdict(rows, found_in_noise, level, choice.indicators)
    return Assessment(choice, found_in_noise, rows, sources, checks, words)


def baselines(observations: pa.Table, offered: Design) -> list[Candidate]:
    """The mean, and rules of a single indicator that was computed and varies, whether it was offered or not."""
    found = [Candidate("mean", offered, lambda design: ())]
    for name, choices in BASELINES.items():
        computed = [indicator for indicator in choices if indicator in observations.column_names]
        if computed:
            design = replace(make_design(observations, computed[:1]), weights=offered.weights)
            if not too_constant(design.x[:, 0]):
                found.append(Candidate(name, design, lambda design: design.indicators))
    return found
