"""The quality rule for people: what it says, how certain it is, and what it does not show."""

import json
from collections.abc import Iterable
from typing import Any

from instructmining.quality_rule.published import PublishedRule, Rule
from instructmining.quality_rule.rule import HeldOut, QualityRule
from instructmining.quality_rule.term import Term

SINGLE_EXAMPLES = """\
The rule was fitted to means over subsets and is applied to one example at a time. Because it is linear, the prediction
for a set is the mean of the predictions for its examples. The prediction for one example is therefore the prediction
for a set of examples like it, not the loss on that example. Single examples spread far more widely than means of many:
many lie outside the fitted range of some indicator, and so may the mean of the best ones. There the rule is extended as
a straight line, which nothing here has tested. Each ranking says what share of its pool lies outside. An indicator of a
whole set (`knn_i`) is computed within the pool for single examples, but within the subset for means; the two are not
the same."""

WITHIN = (
    "These are slopes within sources: how the log loss changes as the mean of an indicator rises while the share of"
    " each source stays the same. They say nothing about which source is better."
)
WITH_THEIR_INDICATORS = " The means of its indicators are part of that."
WINSORISED = " Values of an example outside these limits count as the limit, in subsets and rankings: {}."
GIVEN_SHARES = " As the rule has shares of sources, it is given these, too."
OF_SHARES = " As the rule has no indicators, it is that of the shares of its sources."


def rule_card(rule: QualityRule) -> str:
    """The rule as Markdown."""
    sections = [
        f"# Quality rule for {rule.model}",
        *([f"**{rule.verdict}**"] if rule.verdict else []),
        f"```\n{rule.formula()}\n```",
        "Lower predicted log loss is better. The coefficients hold only for this base model and these indicators.",
        *_terms(rule),
        "## What the evidence says",
        _bullets(evidence_of_fit(rule)),
        *_held_out(rule),
        *_left_out(rule),
        "## What it means for single examples",
        SINGLE_EXAMPLES,
        "## What the indicators were computed with",
        _models(rule),
    ]
    return "\n\n".join(sections) + "\n"


def evidence(rule: Rule) -> list[str]:
    """What speaks for and against a rule, a sentence each."""
    return list(rule.notes) if isinstance(rule, PublishedRule) else evidence_of_fit(rule)


def evidence_of_fit(rule: QualityRule) -> list[str]:
    """What the fit shows and does not show, a sentence each."""
    return [
        _basis(rule),
        *(_effect(rule, term) for term in rule.slopes),
        _in_sample(rule),
        _one_by_one(rule),
        *(f"Warning: {check.sentence}" if check.warns else check.sentence for check in rule.checks),
    ]


def _bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _terms(rule: QualityRule) -> list[str]:
    """The coefficients; in a rule with shares of sources, the slopes within sources and the effects between them."""
    slopes = [_table(rule), _table_note(rule)] if rule.slopes else []
    if not rule.sources:
        return slopes
    within = ["## Within sources", WITHIN, *slopes] if slopes else []
    return [*within, "## Between sources", _between(rule), _between_note(rule)]


def _between(rule: QualityRule) -> str:
    rows = [f"| {each.source} | {each.effect:+.4g} | {_interval(each.low, each.high)} |" for each in rule.sources]
    return "\n".join([f"| source | effect | {rule.confidence:.0%} interval |", "|---|---:|---:|", *rows])


def _between_note(rule: QualityRule) -> str:
    first, slopes = rule.sources[0].source, bool(rule.slopes)
    alike = "the order of these is that of their indicators" if slopes else "the rule gives these no order"
    return (
        "Effect: the log loss that a regression on the shares of the sources alone predicts for a subset of this"
        f" source, minus the mean of that over the sources.{WITH_THEIR_INDICATORS if slopes else ''} In the formula,"
        f" `source:` and a name is the share of a source, compared with `{first}`, which has no term. An example has a"
        f" share of 1 of its source. Sources that are not in the table are all given the mean share: {alike}."
    )


def _table(rule: QualityRule) -> str:
    level = f"{rule.confidence:.0%}"
    rows = [
        f"| {t.indicator} | {t.coefficient:.4g} | {_interval(t.low, t.high)} | {_interval(t.hc3_low, t.hc3_high)}"
        f" | {_interval(t.bootstrap_low, t.bootstrap_high)} | {t.p_value:.2g} | {t.standardised:.2f}"
        f" | {_number(t.inflation)} | {t.fitted_min:.4g} to {t.fitted_max:.4g} |"
        for t in rule.slopes
    ]
    header = f"| indicator | coefficient | {level} interval | HC3 | bootstrap | p | standardised | VIF | fitted range |"
    return "\n".join([header, "|---|---:|---:|---:|---:|---:|---:|---:|---:|", *rows])


def _table_note(rule: QualityRule) -> str:
    chosen = "" if rule.choice == "given" else " None of them accounts for the choice of the indicators."
    limits = [f"`{t.indicator}` {_interval(*t.winsorised)}" for t in rule.slopes if t.winsorised]
    return (
        f"All intervals are {rule.confidence:.0%} intervals. Coefficients are in raw units; standardised coefficients"
        " are in SDs of both sides, over the subsets. HC3 intervals allow for uneven noise; the bootstrap draws whole"
        " subsets. Each interval and p-value is for one coefficient by itself, not corrected for how many there are."
        f"{chosen}{WINSORISED.format(', '.join(limits)) if limits else ''}"
    )


def _interval(low: float | None, high: float | None) -> str:
    return "-" if low is None or high is None else f"{low:.4g} to {high:.4g}"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _held_out(rule: QualityRule) -> list[str]:
    """The rule and its baselines on subsets left out, as a table."""
    if not rule.held_out:
        return []
    rows = [
        f"| {row.name} | {row.r2:.2f} | {row.spearman:.2f} | {_share(row.coverage)} | {_gain(row)} | {_added(row)} |"
        for row in rule.held_out
    ]
    header = "| | R2 | Spearman | in interval | gain of the rule | the indicators add to it |"
    note = (
        "Measured on log loss, with random subsets left out in folds. In interval: the share of subsets inside their"
        f" {rule.confidence:.0%} prediction interval. Gain: R2 of the rule minus R2 of the row. R2, Spearman and gain"
        " are estimates without intervals. The last column is the F-test of all indicators offered given those of the"
        f" row; `source shares` is a regression on the share of each source alone.{_tested(rule)}"
    )
    return ["## Held out", "\n".join([header, "|---|---:|---:|---:|---:|---:|", *rows]), note]


def _tested(rule: QualityRule) -> str:
    """What the F-tests are about, if not about the indicators given a baseline alone."""
    if not rule.sources:
        return ""
    return GIVEN_SHARES if rule.slopes else OF_SHARES


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.0%}"


def _gain(row: HeldOut) -> str:
    return f"{row.gain:+.2f}" if row.baseline else ""


def _added(row: HeldOut) -> str:
    if not row.baseline:
        return ""
    return "too few subsets" if row.added is None else row.added.words


def _models(rule: QualityRule) -> str:
    """The settings of each scorer, with where its model came from."""
    lines = [f"{name}: `{json.dumps(_given(values))}`" for name, values in rule.indicator_settings.items() if values]
    return _bullets(lines) if lines else "Not recorded."


def _given(settings: Any) -> Any:
    """The settings that are set."""
    if not isinstance(settings, dict):
        return settings
    return {name: _given(value) for name, value in settings.items() if value is not None}


def _basis(rule: QualityRule) -> str:
    degrees = rule.subsets - len(rule.terms) - 1
    return (
        f"Fitted to {rule.observations} observations of {rule.subsets} subsets ({rule.fit}), which leaves {degrees}"
        " degrees of freedom for the residuals."
    )


def _effect(rule: QualityRule, term: Term) -> str:
    effect, interval = rule.effect(term), f"{rule.confidence:.0%} interval {term.low:.3g} to {term.high:.3g}"
    if not term.shown:
        reason = (
            "contains zero"
            if term.low <= 0 <= term.high
            else "excludes zero, but the HC3 or bootstrap interval does not"
        )
        return f"`{term.indicator}`: {effect}, the {interval} {reason}."
    if rule.noise_floor is not None and term.reach < rule.noise_floor:
        return (
            f"`{term.indicator}`: {effect}; over its whole fitted range it moves the log loss by {term.reach:.3g}, but"
            f" only differences above {rule.noise_floor:.3g} distinguish two fine-tunes."
        )
    direction = "falls" if term.coefficient < 0 else "rises"
    return f"`{term.indicator}`: as it rises, the loss {direction}, with the other indicators held fixed ({interval})."


def _in_sample(rule: QualityRule) -> str:
    return (
        f"In the sample, R2 is {rule.r2:.3f} (adjusted {rule.adjusted_r2:.3f}) and the residual SD of a subset with one"
        f" seed is {rule.residual_sd:.3g} in log loss; this describes only the subsets that the rule was fitted to."
    )


def _one_by_one(rule: QualityRule) -> str:
    """Subsets left out one by one; what that shows is said by the check of the order."""
    numbers = f"leave-one-out R2 {rule.loo_r2:.3f}; Spearman {rule.loo_spearman:.2f}"
    if rule.loo_r2 <= 0:
        return f"The rule does not predict held-out subsets better than their mean ({numbers})."
    return (
        f"With subsets left out one by one, the error is lower than that of their mean ({numbers}). These come from the"
        " same sources; other sources may differ."
    )


def _left_out(rule: QualityRule) -> list[str]:
    if not rule.left_out:
        return []
    return ["## Left out", _bullets(f"`{name}`: {reason}." for name, reason in rule.left_out.items())]
