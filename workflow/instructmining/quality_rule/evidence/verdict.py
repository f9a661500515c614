"""What the held-out table and the choice say about a rule: checks, and one verdict in words.

A verdict that a rule orders subsets needs two tests, as each is fooled where the other is not. Where losses depend on
the sources alone, the order of left-out subsets is often predicted, by indicators that stand for sources; the F-test of
the indicators given the shares is not fooled. That test in turn says nothing about subsets left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from instructmining.quality_rule.evidence.checks import ALARM
from instructmining.quality_rule.evidence.choose import Choice
from instructmining.quality_rule.evidence.held_out import SourceLeftOut
from instructmining.quality_rule.regression.share_terms import PREFIX, source_of
from instructmining.quality_rule.rule import MEAN, SOURCE_SHARES, Check, HeldOut


@dataclass(frozen=True)
class Order:
    """Whether subsets left out are put in order."""

    spearman: float
    """Rank correlation in folds, with everything chosen anew."""
    p_value: float
    """Of the permutation test."""
    subsets: int
    """How many were ordered."""
    confidence: float
    """Level of all statements."""

    @property
    def shown(self) -> bool:
        """Whether the order is better than that of noise."""
        return self.spearman > 0 and self.p_value < 1 - self.confidence


def evidence_checks(
    how: str, choice: Choice, order: Order, rows: Sequence[HeldOut], sources: Sequence[SourceLeftOut]
) -> list[Check]:
    """The order of what was left out, what the indicators add to each baseline, new sources, prediction intervals."""
    return [
        _order(how, choice, order, rows),
        *(_added(rows[0], row, order.confidence, tested(choice.indicators)) for row in rows if row.baseline),
        *([_across_sources(sources, order.confidence)] if sources else []),
        _calibration(rows[0], order),
    ]


def _order(how: str, choice: Choice, order: Order, rows: Sequence[HeldOut]) -> Check:
    """The permutation test, how many models were tried, and what the choice costs held out."""
    models = "1 model was" if choice.models_tried == 1 else f"{choice.models_tried:,} models were"
    verdict = "is better" if order.shown else "is not shown to be better"
    sentence = (
        f"The order of the subsets left out {verdict} than in noise (Spearman {order.spearman:.2f} in folds): with the"
        f" indicators shuffled over the subsets, the same procedure orders them as well in {order.p_value:.1%} of"
        f" cases. {models} tried (choice: {how}); what was tried outside of this run is not counted."
    )
    fixed = [row for row in rows if not row.baseline][1:]
    if fixed:
        sentence += (
            f" Chosen anew in every fold, the rule has a held-out R2 of {rows[0].r2:.2f}; chosen once, on all subsets,"
            f" it would be reported as {fixed[0].r2:.2f}, although that choice has seen the subsets left out."
        )
    return Check("order", order.spearman, order.p_value, not order.shown, sentence)


def tested(terms: Sequence[str]) -> str:
    """What the F-tests are about, given the terms of a rule: its indicators, or its shares if it has nothing else."""
    shares = [name for name in terms if source_of(name) is not None]
    if not shares:
        return "the indicators"
    return "the shares of the sources" if shares == list(terms) else "with the shares held fixed, the indicators"


def _added(rule: HeldOut, baseline: HeldOut, confidence: float, what: str) -> Check:
    test = baseline.added
    sentence = (
        f"On held-out subsets, the rule has an R2 of {rule.r2:.2f}, {_named(baseline)} {baseline.r2:.2f}."
        f" {what[0].upper()}{what[1:]} {_adds(baseline, confidence)} it{f' ({test.words})' if test else ''}."
    )
    shown = baseline.added_to(confidence)
    return Check(f"added to {baseline.name}", baseline.gain, test.p_value if test else None, not shown, sentence)


def _named(baseline: HeldOut) -> str:
    names = {MEAN: "the mean of the other subsets", SOURCE_SHARES: "a regression on the shares of the sources alone"}
    return names.get(baseline.name, f"{baseline.name} alone")


def _adds(baseline: HeldOut, confidence: float) -> str:
    """The words for what the indicators do to a baseline."""
    if baseline.added is None:
        return "cannot be tested, with so few subsets, on whether they add to"
    return "add to" if baseline.added_to(confidence) else "are not shown to add to"


def _across_sources(sources: Sequence[SourceLeftOut], confidence: float) -> Check:
    """A t-test over sources of how much lower the squared error of the rule is than that of the mean."""
    gains = np.array([row.error_of_mean**2 - row.error**2 for row in sources])
    found = stats.ttest_1samp(gains, 0.0)
    statistic, p_value = float(found.statistic), float(found.pvalue)
    shown = statistic > 0 and p_value < 1 - confidence
    sentence = (
        f"The rule {'predicts' if shown else 'is not shown to predict'} the subsets of a source from those of the other"
        f" sources better than their mean does: its error is lower in {int((gains > 0).sum())} of {len(gains)} sources"
        f" (t({len(gains) - 1}) = {statistic:.2f}, p = {p_value:.2g})."
    )
    return Check("across sources", statistic, p_value, not shown, sentence)


def _calibration(rule: HeldOut, order: Order) -> Check:
    """Warns where a share this low would occur less than once in a hundred times if all subsets were independent."""
    assert rule.coverage is not None
    inside = round(rule.coverage * order.subsets)
    p_value = float(stats.binomtest(inside, order.subsets, order.confidence, alternative="less").pvalue)
    warns = p_value < ALARM
    verdict = "too narrow" if warns else "not shown to be too narrow"
    sentence = (
        f"Of the held-out subsets, {rule.coverage:.0%} lie inside their {order.confidence:.0%} prediction interval: the"
        f" intervals are {verdict}."
    )
    return Check("calibration", rule.coverage, p_value, warns, sentence)


def verdict(rows: Sequence[HeldOut], order: Order, indicators: Sequence[str]) -> str:
    """One sentence on whether the rule may be used to select: the order it gives, and whether sources explain that."""
    if not indicators:
        return "No rule: no indicator was kept, so every example has the same prediction and a selection is arbitrary."
    figures = (
        f"(Spearman {order.spearman:.2f}, p = {order.p_value:.2g} by permutation, {order.subsets} subsets; held-out R2"
        f" {rows[0].r2:.2f})"
    )
    if not order.shown:
        return f"Not shown to put subsets that it has not seen in order {figures}."
    sources = "".join(_beside_sources(row, order.confidence) for row in rows if row.name == SOURCE_SHARES)
    what = tested(indicators)
    if what == tested([PREFIX]):
        sources = ", by their sources alone, as the rule has no indicators"
    cheap = _other_baselines(rows, order.confidence, what)
    return f"Puts subsets that it has not seen in order {figures}{sources}{cheap}."


def _beside_sources(shares: HeldOut, confidence: float) -> str:
    """Whether the order may be one of sources."""
    if shares.added is None:
        return ", but with so few subsets it cannot be tested whether that is more than an order of the sources"
    if not shares.added_to(confidence):
        return (
            f", but that may be an order of the sources: the indicators are not shown to add to their shares"
            f" ({shares.added.words})"
        )
    return f", and the indicators add to the shares of the sources ({shares.added.words})"


def _other_baselines(rows: Sequence[HeldOut], confidence: float, what: str) -> str:
    """The cheap rules that the indicators are not shown to add to."""
    cheap = [row for row in rows if row.baseline and row.name not in (MEAN, SOURCE_SHARES)]
    equal = [row.name for row in cheap if not row.added_to(confidence)]
    return f"; {what} are not shown to add to {' or '.join(equal)} alone" if equal else ""
