"""The comparison of sampling designs for people: a Markdown table, and a sentence for each thing that was measured."""

from collections.abc import Sequence

from instructmining.planning.result import Bend, DesignComparison, DesignMeasures
from instructmining.planning.savings import Ratio, Saving
from instructmining.quality_rule.across.result import SHOWN, Transfer
from instructmining.quality_rule.across.words import equality_sentence
from instructmining.quality_rule.rule import FTest


def sentences(result: DesignComparison) -> list[str]:
    """What came out, a sentence each."""
    level = f"{result.confidence:.0%}"
    return [
        *_sizes(result.designs),
        *(_saving_sentence(row, level) for row in result.savings),
        *(_noise_sentence(row, level) for row in result.designs),
        *(_noise_ratio(row, row.noise) for row in result.savings if row.noise),
        *(sentence for row in result.designs for sentence in _fit_sentences(row)),
        *(_prediction_sentence(row, level) for row in result.predictions),
        equality_sentence(result.equal_coefficients),
    ]


def _sizes(designs: Sequence[DesignMeasures]) -> list[str]:
    """Said where the designs differ in size: their standard errors as found then differ for that reason too."""
    if len({(design.subsets, design.observations) for design in designs}) == 1:
        return []
    return ["The designs differ in their numbers of subsets or fine-tunes; savings are per fine-tune."]


def _saving_sentence(row: Saving, level: str) -> str:
    found, equal = row.as_found, row.equal_noise
    least = min(row.per_indicator, key=row.per_indicator.__getitem__)
    shown = "" if found.low is not None and found.low > 1 else " It is not shown to save any."
    return (
        f"For the certainty of the coefficients, a fine-tune of {row.design} is worth {found.value:.2g} of"
        f" {row.instead_of} ({_interval(found, level)}) by the squared standard errors as found, and"
        f" {equal.value:.2g} ({_interval(equal, level)}) if the noise about both rules were equal. It is worth least"
        f" for {least}: {row.per_indicator[least]:.2g}.{shown}"
    )


def _interval(ratio: Ratio, level: str) -> str:
    if ratio.low is None:
        return "too few subsets for an interval"
    return f"{level} interval {ratio.low:.2g} to {ratio.high:.2g}"


def _noise_ratio(row: Saving, test: FTest) -> str:
    verdict = "differs" if _shown(test) else "is not shown to differ"
    return (
        f"{row.design}: the variance between seeds {verdict} from that of {row.instead_of}; it is"
        f" {test.statistic:.2g} times as large ({_degrees(test)}, p = {test.p_value:.2g})."
    )


def _noise_sentence(row: DesignMeasures, level: str) -> str:
    noise = row.noise
    if noise is None:
        return f"{row.name}: no subset has several seeds that differ, so the noise is not known."
    return (
        f"{row.name}: between seeds, the log loss has an SD of {noise.sd:.3g} ({level} interval {noise.sd_low:.3g} to"
        f" {noise.sd_high:.3g}, {noise.degrees_of_freedom} degrees of freedom); about the rule, a single fine-tune has"
        f" an SD of {row.residual_sd:.3g}."
    )


def _fit_sentences(row: DesignMeasures) -> list[str]:
    """Curvature comes from the design; a lack of fit may also come from what else the examples differ in."""
    along, outwards = row.curvature.prediction, row.curvature.distance
    return [
        f"{row.name}: the log loss {_bent(along)} along the rule's prediction (RESET {_test(along)}), and"
        f" {_bent(outwards)} with the squared distance from the centre ({_test(outwards)}).",
        f"{row.name}: {_misfit(row.lack_of_fit)}",
    ]


def _bent(test: Bend) -> str:
    if not test.shown:
        return "is not shown to bend"
    return "bends upwards" if test.slope > 0 else "bends downwards"


def _test(test: Bend) -> str:
    return f"F(1, {test.denominator_degrees:.0f}) = {test.f:.2f}, p = {test.p_value:.2g}"


def _misfit(test: FTest | None) -> str:
    if test is None:
        return "without replicates, a lack of fit cannot be distinguished from noise."
    verdict = "lie" if _shown(test) else "are not shown to lie"
    return (
        f"the subsets {verdict} further from the rule than seeds explain (lack-of-fit {_degrees(test)} ="
        f" {test.statistic:.2f}, p = {test.p_value:.2g})."
    )


def _degrees(test: FTest) -> str:
    return f"F({test.numerator_degrees}, {test.denominator_degrees})"


def _shown(test: FTest) -> bool:
    return test.p_value < SHOWN


def _prediction_sentence(row: Transfer, level: str) -> str:
    where = "left-out subsets of" if row.held_out else "the subsets of"
    return (
        f"Fitted on {row.fitted_on}, {where} {row.tested_on} are predicted with an R2 of {row.r2:.2f} ({level}"
        f" interval {row.r2_low:.2f} to {row.r2_high:.2f}), a Spearman correlation of {row.spearman:.2f}"
        f" ({row.spearman_low:.2f} to {row.spearman_high:.2f}) and an error of {row.error:.3g} in log loss."
    )


def markdown(result: DesignComparison) -> str:
    """The comparison as Markdown: a table of designs, one of coefficients, and the sentences."""
    level = f"{result.confidence:.0%}"
    parts = [
        "# Sampling designs side by side",
        _designs_table(result.designs),
        f"SDs and standard errors (SE) in log loss; coefficients per {result.unit}.",
        "## Predictions",
        _predictions_table(result.predictions),
        f"{level} intervals over the subsets that are predicted. A design whose subsets differ more has a larger R2 for"
        " the same error.",
        "## Coefficients",
        _coefficients_table(result.designs),
        f"In log loss per {result.unit}, with {level} intervals; below each, its standard error as found and per unit"
        " of noise.",
        "## What it says",
        "\n".join(f"- {sentence}" for sentence in sentences(result)),
        *(f"Left out: `{name}` {reason}." for name, reason in result.left_out.items()),
    ]
    return "\n\n".join(parts) + "\n"


def _designs_table(designs: Sequence[DesignMeasures]) -> str:
    names = ("subsets", "fine-tunes", "noise SD", "residual SD", "mean SE", "mean SE per unit of noise")
    rows = [
        f"| {d.name} | {d.subsets} | {d.observations} | {_noise_sd(d)} | {d.residual_sd:.3g} | {d.mean_error:.3g}"
        f" | {d.mean_unit_error:.3g} |"
        for d in designs
    ]
    return "\n".join([f"| design | {' | '.join(names)} |", f"|---|{'---:|' * len(names)}", *rows])


def _noise_sd(design: DesignMeasures) -> str:
    noise = design.noise
    return f"{noise.sd:.3g} ({noise.sd_low:.3g} to {noise.sd_high:.3g})" if noise else "-"


def _predictions_table(predictions: Sequence[Transfer]) -> str:
    rows = [
        f"| {p.fitted_on} | {p.tested_on}{', each left out' if p.held_out else ''}"
        f" | {p.r2:.2f} ({p.r2_low:.2f} to {p.r2_high:.2f})"
        f" | {p.spearman:.2f} ({p.spearman_low:.2f} to {p.spearman_high:.2f}) | {p.error:.3g} |"
        for p in predictions
    ]
    return "\n".join(["| fitted on | predicted | R2 | Spearman | error |", "|---|---|---:|---:|---:|", *rows])


def _coefficients_table(designs: Sequence[DesignMeasures]) -> str:
    header = f"| indicator | {' | '.join(design.name for design in designs)} |"
    rows = [
        f"| {name} | {' | '.join(_cell(design, number) for design in designs)} |"
        for number, name in enumerate(designs[0].unit_errors)
    ]
    return "\n".join([header, f"|---|{'---|' * len(designs)}", *rows])


def _cell(design: DesignMeasures, number: int) -> str:
    row = design.coefficients[number]
    interval = f"{row.value:.3g} ({row.low:.3g} to {row.high:.3g})"
    return f"{interval}<br>{row.standard_error:.3g}, {design.unit_errors[row.indicator]:.3g}"
