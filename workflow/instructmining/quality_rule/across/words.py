"""Rules of several models, eval sets and seeds side by side, for people: a Markdown table and a sentence for each."""

from collections.abc import Mapping, Sequence

from instructmining.quality_rule.across.result import (
    AcrossModels,
    Coefficient,
    Equality,
    RuleAgreement,
    Skipped,
    Transfer,
    VariantComparison,
)


def sentences(result: AcrossModels) -> list[str]:
    """What came out, a sentence each."""
    level = f"{result.confidence:.0%}"
    return [
        *(sentence for comparison in result.comparisons for sentence in _sentences(comparison, level)),
        *(_skipped(row, result.models) for row in result.skipped),
    ]


def _sentences(comparison: VariantComparison, level: str) -> list[str]:
    where = _title(comparison)
    others = [row for row in comparison.transfers if row.fitted_on != row.tested_on]
    return [
        f"{where}: {equality_sentence(comparison.equal_coefficients)}",
        *(f"{where}: {_agreement(row, level)}" for row in comparison.agreement),
        *(f"{where}: {transfer_sentence(row, level)}" for row in others),
    ]


def _title(comparison: VariantComparison) -> str:
    over = comparison.over[0].upper() + comparison.over[1:]
    return f"{over} of {comparison.model}" if comparison.model else over


def _agreement(row: RuleAgreement, level: str) -> str:
    return (
        f"the rules of {row.a} and {row.b} rank the subsets with a Spearman correlation of {row.subsets:.2f} ({level}"
        f" interval {row.low:.2f} to {row.high:.2f}), and the candidates with one of {row.examples:.2f}; of the 10% of"
        f" the candidates that one ranks first, the other has {row.best:.0%} in its own first 10% (by chance: 10%)."
    )


def transfer_sentence(row: Transfer, level: str) -> str:
    """How well the order that one rule gives fits the losses of another variant."""
    how = "each subset held out" if row.held_out else "other subsets"
    return (
        f"the order that the rule of {row.fitted_on} gives the subsets ({how}) has a Spearman correlation of"
        f" {row.spearman:.2f} ({level} interval {row.spearman_low:.2f} to {row.spearman_high:.2f}) with their losses on"
        f" {row.tested_on}; R2 {row.recentred_r2:.2f} after recentring ({row.r2:.2f} before)."
    )


def _skipped(row: Skipped, models: Sequence[str]) -> str:
    if row.over == "models" and len(models) == 1:
        return f"There is only one base model, {models[0]}: whether its rule holds for others is not known."
    of = f" of {row.model}" if row.model else ""
    return f"The {row.over}{of} cannot be compared: {row.reason}."


def equality_sentence(test: Equality) -> str:
    """Whether the coefficients of several variants differ, by the corrected p-value where there were several tests."""
    degrees = f"{test.numerator_degrees:.0f}, {test.denominator_degrees:.0f}"
    numbers = f"{test.test}: F({degrees}) = {test.f:.2f}, p = {test.p_value:.2g}"
    if test.tests > 1:
        numbers += f", {test.corrected:.2g} after Holm's correction over {test.tests} tests"
    return f"{_verdict(test)} ({numbers})."


def _verdict(test: Equality) -> str:
    """What a test of equal coefficients allows to be said."""
    if not test.conclusive:
        return "There are too few subsets to tell whether the coefficients differ"
    return "The coefficients differ" if test.shows_difference else "The coefficients are not shown to differ"


def markdown(result: AcrossModels) -> str:
    """The comparison as Markdown: the coefficients of each set of variants, and the sentences."""
    level = f"{result.confidence:.0%}"
    parts = [
        "# How far the rule holds",
        f"Coefficients in log loss per {result.unit}, with {level} intervals.",
        *(part for comparison in result.comparisons for part in _section(comparison, level)),
        *(_skipped(row, result.models) for row in result.skipped),
    ]
    return "\n\n".join(parts) + "\n"


def _section(comparison: VariantComparison, level: str) -> list[str]:
    return [
        f"## {_title(comparison)} ({comparison.subsets} subsets)",
        _table(comparison.coefficients),
        "\n".join(f"- {sentence}" for sentence in _sentences(comparison, level)),
        *(f"Left out: `{name}` {reason}." for name, reason in comparison.left_out.items()),
    ]


def _table(coefficients: Mapping[str, Sequence[Coefficient]]) -> str:
    header = f"| indicator | {' | '.join(coefficients)} |"
    rows = [
        f"| {cells[0].indicator} | {' | '.join(map(_cell, cells))} |"
        for cells in zip(*coefficients.values(), strict=True)
    ]
    return "\n".join([header, f"|---|{'---|' * len(coefficients)}", *rows])


def _cell(coefficient: Coefficient) -> str:
    return f"{coefficient.value:.3g} ({coefficient.low:.3g} to {coefficient.high:.3g})"
