"""The comparison of sampling designs for people: a Markdown table, and a sentence for each thing that was measured."""

from typing import Any

from instructmining.quality_rule.across.words import SHOWN, equality_sentence


def sentences(result: dict[str, Any]) -> list[str]:
    """What came out, a sentence each."""
    level = f"{result['confidence']:.0%}"
    return [
        *_sizes(result["designs"]),
        *(_saving_sentence(row, level) for row in result["savings"]),
        *(_noise_sentence(row, level) for row in result["designs"]),
        *(sentence for row in result["savings"] for sentence in _noise_ratio(row)),
        *(sentence for row in result["designs"] for sentence in _fit_sentences(row)),
        *(_prediction_sentence(row, level) for row in result["predictions"]),
        equality_sentence(result["equal_coefficients"]),
    ]


def _sizes(designs: list[dict[str, Any]]) -> list[str]:
    """Said where the designs did not get the same: their standard errors as found then differ for that reason too."""
    sizes = {(design["subsets"], design["observations"]) for design in designs}
    if len(sizes) == 1:
        return []
    return ["The designs differ in their numbers of subsets or fine-tunes; savings are per subset of the first design."]


def _saving_sentence(row: dict[str, Any], level: str) -> str:
    found, equal = row["as_found"], row["equal_noise"]
    least = min(row["per_indicator"], key=row["per_indicator"].__getitem__)
    shown = "" if found["low"] is not None and found["low"] > 1 else " That it saves any is not shown."
    return (
        f"For the certainty of the coefficients a fine-tune of {row['design']} is worth {found['value']:.2g} of"
        f" {row['instead_of']} ({_interval(found, level)}), by the squared standard errors as found, and"
        f" {equal['value']:.2g} ({_interval(equal, level)}) if the noise about both rules were equal. Least for"
        f" {least}: {row['per_indicator'][least]:.2g}.{shown}"
    )


def _interval(ratio: dict[str, Any], level: str) -> str:
    if ratio["low"] is None:
        return "too few subsets for an interval"
    return f"{level} interval {ratio['low']:.2g} to {ratio['high']:.2g}"


def _noise_ratio(row: dict[str, Any]) -> list[str]:
    noise = row["noise"]
    if noise is None:
        return []
    verdict = "differs" if _shown(noise) else "is not shown to differ"
    degrees = f"{noise['numerator_degrees']}, {noise['denominator_degrees']}"
    return [
        f"{row['design']}: its variance between seeds {verdict} from that of {row['instead_of']}, of which it is"
        f" {noise['statistic']:.2g} times (F({degrees}), p = {noise['p_value']:.2g})."
    ]


def _noise_sentence(row: dict[str, Any], level: str) -> str:
    noise = row["noise"]
    if noise is None:
        return f"{row['design']}: no subset has several seeds that differ, so the noise is not known."
    return (
        f"{row['design']}: between seeds the log loss has an SD of {noise['sd']:.3g} ({level} interval"
        f" {noise['sd_low']:.3g} to {noise['sd_high']:.3g}, {noise['degrees_of_freedom']} degrees of freedom); about"
        f" the rule, that of a single fine-tune is {row['residual_sd']:.3g}."
    )


def _fit_sentences(row: dict[str, Any]) -> list[str]:
    """Curvature is the design's doing; a lack of fit may also be what a draw of examples brings beside its means."""
    along, outwards = row["curvature"]["prediction"], row["curvature"]["distance"]
    return [
        f"{row['design']}: the log loss {_bent(along)} in the rule's prediction (RESET {_test(along)}), and"
        f" {_bent(outwards)} with the squared distance from the centre ({_test(outwards)}).",
        f"{row['design']}: {_misfit(row['lack_of_fit'])}",
    ]


def _bent(test: dict[str, Any]) -> str:
    if not _shown(test):
        return "is not shown to bend"
    return "bends upwards" if test["slope"] > 0 else "bends downwards"


def _test(test: dict[str, Any]) -> str:
    return f"F(1, {test['denominator_degrees']:.0f}) = {test['f']:.2f}, p = {test['p_value']:.2g}"


def _misfit(test: dict[str, Any] | None) -> str:
    if test is None:
        return "without replicates, a lack of fit cannot be told from noise."
    verdict = "lie" if _shown(test) else "are not shown to lie"
    degrees = f"{test['numerator_degrees']}, {test['denominator_degrees']}"
    return (
        f"the subsets {verdict} further from the rule than seeds explain (lack-of-fit F({degrees}) ="
        f" {test['statistic']:.2f}, p = {test['p_value']:.2g})."
    )


def _shown(test: dict[str, Any]) -> bool:
    return bool(test["p_value"] < SHOWN)


def _prediction_sentence(row: dict[str, Any], level: str) -> str:
    where = "left-out subsets of" if row["held_out"] else "the subsets of"
    return (
        f"Fitted on {row['fitted_on']}, {where} {row['tested_on']} are predicted with R2 {row['r2']:.2f} ({level}"
        f" interval {row['r2_low']:.2f} to {row['r2_high']:.2f}), Spearman {row['spearman']:.2f}"
        f" ({row['spearman_low']:.2f} to {row['spearman_high']:.2f}), an error of {row['error']:.3g} in log loss."
    )


def markdown(result: dict[str, Any]) -> str:
    """The comparison as Markdown: a table of designs, one of coefficients, and the sentences."""
    level = f"{result['confidence']:.0%}"
    parts = [
        "# Sampling designs side by side",
        _designs_table(result["designs"]),
        f"SDs and standard errors in log loss; coefficients per {result['unit']}.",
        "## Predictions",
        _predictions_table(result["predictions"]),
        f"{level} intervals over the subsets that are predicted. A design whose subsets differ more has a larger R2 for"
        " the same error.",
        "## Coefficients",
        _coefficients_table(result["designs"]),
        f"In log loss per {result['unit']}, with {level} intervals; below each its standard error, as found and per"
        " unit of noise.",
        "## What it says",
        "\n".join(f"- {sentence}" for sentence in sentences(result)),
        *(f"Left out: `{name}` {reason}." for name, reason in result["left_out"].items()),
    ]
    return "\n\n".join(parts) + "\n"


def _designs_table(designs: list[dict[str, Any]]) -> str:
    names = ("subsets", "fine-tunes", "noise SD", "residual SD", "mean SE", "mean SE per unit of noise")
    rows = [
        f"| {d['design']} | {d['subsets']} | {d['observations']} | {_noise_sd(d)} | {d['residual_sd']:.3g}"
        f" | {d['mean_error']:.3g} | {d['mean_unit_error']:.3g} |"
        for d in designs
    ]
    return "\n".join([f"| design | {' | '.join(names)} |", f"|---|{'---:|' * len(names)}", *rows])


def _noise_sd(design: dict[str, Any]) -> str:
    noise = design["noise"]
    return f"{noise['sd']:.3g} ({noise['sd_low']:.3g} to {noise['sd_high']:.3g})" if noise else "-"


def _predictions_table(predictions: list[dict[str, Any]]) -> str:
    rows = [
        f"| {p['fitted_on']} | {p['tested_on']}{', each left out' if p['held_out'] else ''} | {_with_interval(p, 'r2')}"
        f" | {_with_interval(p, 'spearman')} | {p['error']:.3g} |"
        for p in predictions
    ]
    return "\n".join(["| fitted on | predicted | R2 | Spearman | error |", "|---|---|---:|---:|---:|", *rows])


def _with_interval(row: dict[str, Any], name: str) -> str:
    return f"{row[name]:.2f} ({row[f'{name}_low']:.2f} to {row[f'{name}_high']:.2f})"


def _coefficients_table(designs: list[dict[str, Any]]) -> str:
    header = f"| indicator | {' | '.join(d['design'] for d in designs)} |"
    rows = [
        f"| {name} | {' | '.join(_cell(d, number) for d in designs)} |"
        for number, name in enumerate(designs[0]["unit_errors"])
    ]
    return "\n".join([header, f"|---|{'---|' * len(designs)}", *rows])


def _cell(design: dict[str, Any], number: int) -> str:
    row = design["coefficients"][number]
    unit_error = design["unit_errors"][row["indicator"]]
    interval = f"{row['value']:.3g} ({row['low']:.3g} to {row['high']:.3g})"
    return f"{interval}<br>{row['standard_error']:.3g}, {unit_error:.3g}"
