"""The comparison of sampling designs for people: a Markdown table, and a sentence for each thing that was measured."""

from typing import Any

ALARM = 0.05
"""A p-value below it is said to show something."""


def sentences(result: dict[str, Any]) -> list[str]:
    """What came out, a sentence each."""
    level = f"{result['confidence']:.0%}"
    return [
        *(_saving_sentence(row, level) for row in result["savings"]),
        *(_fit_sentence(row) for row in result["designs"]),
        *(_prediction_sentence(row, level) for row in result["predictions"]),
        equality_sentence(result["equal_coefficients"]),
    ]


def _saving_sentence(row: dict[str, Any], level: str) -> str:
    return (
        f"{row['design']} instead of {row['instead_of']}: the same certainty with 1/{row['ratio']:.2g} of the"
        f" fine-tunes if the noise were equal ({_interval(row, level)}), with"
        f" 1/{row['with_noise']:.2g} given the residual noise of each; the coefficient that gains least:"
        f" 1/{min(row['per_indicator'].values()):.2g}."
    )


def _interval(row: dict[str, Any], level: str) -> str:
    if row["low"] is None:
        return "too few subsets for an interval"
    return f"{level} interval 1/{row['low']:.2g} to 1/{row['high']:.2g}"


def _fit_sentence(row: dict[str, Any]) -> str:
    """Curvature is the design's doing; a lack of fit may also be what a draw of examples brings beside its means."""
    curved, misfit = row["curvature"], row["lack_of_fit"]
    bent = "is not linear in the rule's prediction" if _shown(curved) else "is not shown to be other than linear"
    sentence = f"{row['design']}: the log loss {bent} (RESET F = {curved['f']:.2f}, p = {curved['p_value']:.2g})"
    if misfit is None:
        return f"{sentence}; without replicates, a lack of fit cannot be told from noise."
    further = "further from the rule than" if _shown(misfit) else "no further from the rule than"
    numbers = f"lack-of-fit F = {misfit['statistic']:.2f}, p = {misfit['p_value']:.2g}"
    return f"{sentence}; the subsets lie {further} seeds explain ({numbers})."


def _shown(test: dict[str, Any]) -> bool:
    return bool(test["p_value"] < ALARM)


def _prediction_sentence(row: dict[str, Any], level: str) -> str:
    where = "left-out subsets of" if row["held_out"] else "the subsets of"
    return (
        f"Fitted on {row['fitted_on']}, {where} {row['tested_on']} are predicted with Spearman {row['spearman']:.2f}"
        f" ({level} interval {row['spearman_low']:.2f} to {row['spearman_high']:.2f}), R2 {row['r2']:.2f},"
        f" {row['recentred_r2']:.2f} after recentring."
    )


def equality_sentence(row: dict[str, Any]) -> str:
    """Whether the coefficients of several variants differ."""
    verdict = "differ" if _shown(row) else "are not shown to differ"
    degrees = f"{row['numerator_degrees']:.0f}, {row['denominator_degrees']:.0f}"
    return f"The coefficients {verdict} ({row['test']}: F({degrees}) = {row['f']:.2f}, p = {row['p_value']:.2g})."


def markdown(result: dict[str, Any]) -> str:
    """The comparison as Markdown: a table of designs, one of coefficients, and the sentences."""
    parts = [
        "# Sampling designs side by side",
        _designs_table(result["designs"]),
        f"Coefficients in log loss per {result['unit']}, with {result['confidence']:.0%} intervals; below each its"
        " standard error per unit of noise:",
        _coefficients_table(result["designs"]),
        "\n".join(f"- {sentence}" for sentence in sentences(result)),
        *(f"Left out: `{name}` {reason}." for name, reason in result["left_out"].items()),
    ]
    return "\n\n".join(parts) + "\n"


def _designs_table(designs: list[dict[str, Any]]) -> str:
    names = ("design", "subsets", "fine-tunes", "residual SD", "noise SD", "mean SE per unit of noise", "held-out R2")
    header = f"| {' | '.join(names)} | held-out Spearman |"
    rows = [
        f"| {d['design']} | {d['subsets']} | {d['observations']} | {d['residual_sd']:.3g} | {_number(d['noise_sd'])}"
        f" | {d['mean_unit_error']:.3g} | {d['loo_r2']:.2f} | {d['loo_spearman']:.2f} |"
        for d in designs
    ]
    return "\n".join([header, "|---|---:|---:|---:|---:|---:|---:|---:|", *rows])


def _coefficients_table(designs: list[dict[str, Any]]) -> str:
    header = f"| indicator | {' | '.join(d['design'] for d in designs)} |"
    rows = [
        f"| {name} | {' | '.join(_cell(d, number) for d in designs)} |"
        for number, name in enumerate(designs[0]["unit_errors"])
    ]
    return "\n".join([header, f"|---|{'---|' * len(designs)}", *rows])


def _cell(design: dict[str, Any], number: int) -> str:
    row = design["coefficients"][number]
    error = design["unit_errors"][row["indicator"]]
    return f"{row['value']:.3g} ({row['low']:.3g} to {row['high']:.3g})<br>{error:.3g}"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3g}"
