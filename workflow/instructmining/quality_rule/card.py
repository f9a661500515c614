"""The quality rule for people: what it says, how sure it is, and what it does not show."""

from instructmining.quality_rule.rule import QualityRule, Term


def rule_card(rule: QualityRule) -> str:
    """The rule as Markdown."""
    sections = [
        f"# Quality rule for {rule.model}",
        f"```\n{rule.formula()}\n```",
        "Lower predicted log loss is better. The coefficients hold for this base model and these indicators alone.",
        _table(rule),
        "## What the evidence says",
        "\n".join(f"- {sentence}" for sentence in findings(rule)),
        *_left_out(rule),
    ]
    return "\n\n".join(sections) + "\n"


def findings(rule: QualityRule) -> list[str]:
    """What the fit shows and does not show, a sentence each."""
    return [
        _basis(rule),
        *(_effect(rule, term) for term in rule.terms),
        _in_sample(rule),
        _held_out(rule),
        *(check.sentence for check in rule.checks),
    ]


def _table(rule: QualityRule) -> str:
    level = f"{rule.confidence:.0%}"
    rows = [
        f"| {t.indicator} | {t.coefficient:.4g} | {t.low:.4g} to {t.high:.4g} | {t.p_value:.2g} | {t.standardised:.2f}"
        f" | {t.fitted_min:.4g} to {t.fitted_max:.4g} |"
        for t in rule.terms
    ]
    header = f"| indicator | coefficient | {level} interval | p | standardised | fitted range |"
    return "\n".join([header, "|---|---:|---:|---:|---:|---:|", *rows])


def _basis(rule: QualityRule) -> str:
    return f"Fitted to {rule.observations} observations of {rule.subsets} subsets ({rule.fit})."


def _effect(rule: QualityRule, term: Term) -> str:
    interval = f"{rule.confidence:.0%} interval {term.low:.3g} to {term.high:.3g}"
    if not term.shown:
        return f"`{term.indicator}`: no effect shown, the {interval} contains zero."
    direction = "lower" if term.coefficient < 0 else "higher"
    return f"`{term.indicator}`: more of it goes with {direction} loss, the other indicators being equal ({interval})."


def _in_sample(rule: QualityRule) -> str:
    return (
        f"In the sample, R2 is {rule.r2:.3f} (adjusted {rule.adjusted_r2:.3f}) and the residual SD is"
        f" {rule.residual_sd:.3g} in log loss; this describes the subsets it was fitted to."
    )


def _held_out(rule: QualityRule) -> str:
    if rule.loo_r2 <= 0:
        return (
            f"The rule does not predict held-out subsets better than their mean (leave-one-out R2 {rule.loo_r2:.3f})."
        )
    return (
        f"Subsets left out of the fit are predicted with R2 {rule.loo_r2:.3f} (Spearman {rule.loo_spearman:.2f});"
        " zero would be as good as their mean. They come from the same sources; other sources may differ."
    )


def _left_out(rule: QualityRule) -> list[str]:
    if not rule.left_out:
        return []
    return ["## Left out", "\n".join(f"- `{name}`: {reason}." for name, reason in rule.left_out.items())]
