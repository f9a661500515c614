"""What the held-out table and the choice say about a rule: checks, and one verdict in words."""

from collections.abc import Sequence

from instructmining.quality_rule.evidence.checks import ALARM
from instructmining.quality_rule.evidence.choose import Choice
from instructmining.quality_rule.evidence.held_out import SourceLeftOut
from instructmining.quality_rule.rule import Check, HeldOut

NOT_SHOWN = "not shown to be better than"


def held_out_checks(
    rows: Sequence[HeldOut], sources: Sequence[SourceLeftOut], subsets: int, confidence: float
) -> list[Check]:
    """Prediction of what was left out, against each baseline, across sources, and the intervals of predictions."""
    rule = rows[0]
    across = [_across_sources(rule, _mean(rows), sources, confidence)] if rule.source_r2 is not None else []
    return [
        *(_against(rule, row, confidence) for row in rows[1:] if row.baseline),
        *across,
        _calibration(rule, subsets, confidence),
    ]


def _mean(rows: Sequence[HeldOut]) -> HeldOut:
    return next(row for row in rows if row.name == "mean")


def _against(rule: HeldOut, baseline: HeldOut, confidence: float) -> Check:
    named = "the mean of the other subsets" if baseline.name == "mean" else f"{baseline.name} alone"
    return Check(
        f"better than {baseline.name}",
        baseline.gain,
        None,
        not baseline.beaten,
        f"On held-out subsets, the rule is {comparison(baseline)} {named}: R2 {rule.r2:.2f} against"
        f" {baseline.r2:.2f}, gain {baseline.gain:+.2f} ({confidence:.0%} interval {baseline.gain_low:+.2f} to"
        f" {baseline.gain_high:+.2f}).",
    )


def comparison(baseline: HeldOut) -> str:
    """The words for the rule against a baseline."""
    if baseline.beaten:
        return "better than"
    return "worse than" if baseline.gain_high < 0 else NOT_SHOWN


def _across_sources(rule: HeldOut, mean: HeldOut, sources: Sequence[SourceLeftOut], confidence: float) -> Check:
    assert rule.source_r2 is not None and rule.source_spearman is not None
    assert mean.source_gain is not None and mean.source_gain_low is not None
    share = sum(row.share_fitted * row.subsets for row in sources) / sum(row.subsets for row in sources)
    warns = not _shown_across(rule, mean)
    verdict = "is not shown to predict" if warns else "predicts"
    left = f"still makes up {share:.0%} of the examples" if share else "does not occur"
    sentence = (
        f"The rule {verdict} the subsets of a source (those in which it has the largest share) from the other subsets:"
        f" R2 {rule.source_r2:.2f}, Spearman {rule.source_spearman:.2f}, gain over the mean of the others"
        f" {mean.source_gain:+.2f} ({confidence:.0%} interval {mean.source_gain_low:+.2f} to"
        f" {mean.source_gain_high:+.2f}). In the subsets fitted to, the source left out {left}."
    )
    return Check("across sources", rule.source_r2, None, warns, sentence)


def _shown_across(rule: HeldOut, mean: HeldOut) -> bool:
    """Whether the rule is shown to predict the subsets of a source left out better than the mean of the others."""
    assert rule.source_r2 is not None and mean.source_gain_low is not None
    return rule.source_r2 > 0 and mean.source_gain_low > 0


def _calibration(rule: HeldOut, subsets: int, confidence: float) -> Check:
    """Warns where a share this low would occur less than once in a hundred times if all subsets were independent."""
    from scipy import stats

    inside = round(rule.coverage * subsets)
    p_value = float(stats.binomtest(inside, subsets, confidence, alternative="less").pvalue)
    warns = p_value < ALARM
    verdict = "too narrow" if warns else "not shown to be too narrow"
    sentence = (
        f"Of the held-out subsets, {rule.coverage:.0%} lie inside their {confidence:.0%} prediction interval: the"
        f" intervals are {verdict}."
    )
    return Check("calibration", rule.coverage, p_value, warns, sentence)


def choice_check(how: str, choice: Choice, chance: float, rows: Sequence[HeldOut], confidence: float) -> Check:
    """How many models were tried, what they find in noise, and what the choice costs held out."""
    models = "1 model was" if choice.models_tried == 1 else f"{choice.models_tried:,} models were"
    warns = chance > 1 - confidence
    verdict = "is not shown to be higher" if warns else "is higher"
    sentence = (
        f"{models} tried (choice: {how}); what was tried outside of this run is not counted. The R2 in the sample"
        f" {verdict} than what the same procedure finds in noise: with the indicators shuffled over the subsets, it is"
        f" as high in {chance:.1%} of cases."
    )
    fixed = [row for row in rows if not row.baseline][1:]
    if fixed:
        sentence += (
            f" Chosen anew in every fold, the rule has a held-out R2 of {rows[0].r2:.2f}; chosen once, on all subsets,"
            f" it would be reported as {fixed[0].r2:.2f}, although that choice has seen the subsets left out."
        )
    return Check("choice", float(choice.models_tried), chance, warns, sentence)


def verdict(rows: Sequence[HeldOut], chance: float, confidence: float, indicators: Sequence[str]) -> str:
    """One sentence on whether the rule may be used to select, by how well it predicts subsets that it has not seen."""
    rule, baselines = rows[0], [row for row in rows if row.baseline]
    if not indicators:
        return "No rule: no indicator was kept, so every example has the same prediction and a selection is arbitrary."
    beaten = [row.name for row in baselines if row.beaten]
    if rule.r2 <= 0 or "mean" not in beaten or chance > 1 - confidence:
        mean = _mean(rows)
        return (
            f"Not shown to predict subsets that it has not seen: held-out R2 {rule.r2:.2f}, Spearman"
            f" {rule.spearman:.2f}, {confidence:.0%} interval of the gain over the mean {mean.gain_low:+.2f} to"
            f" {mean.gain_high:+.2f} in R2."
            f" Shuffled indicators reach as high an R2 in the sample in {chance:.1%} of cases."
        )
    equal = [row.name for row in baselines if not row.beaten]
    if equal:
        return (
            f"Predicts held-out subsets (R2 {rule.r2:.2f}, Spearman {rule.spearman:.2f}), but is {NOT_SHOWN}"
            f" {' or '.join(equal)} alone."
        )
    unshown = rule.source_r2 is not None and not _shown_across(rule, _mean(rows))
    across = ", but is not shown to predict the subsets of a source left out" if unshown else ""
    return (
        f"Predicts held-out subsets (R2 {rule.r2:.2f}, Spearman {rule.spearman:.2f}), better than"
        f" {', '.join(beaten)}{across}."
    )
