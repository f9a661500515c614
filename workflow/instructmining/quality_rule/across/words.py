"""Rules of several models, eval sets and seeds side by side, for people: a Markdown table and a sentence for each."""

from typing import Any

SHOWN = 0.05
"""A p-value below it is said to show something."""
FEWEST_DEGREES = 5
"""A test with fewer residual degrees of freedom misses all but huge differences, and leans on normal noise."""


def sentences(result: dict[str, Any]) -> list[str]:
    """What came out, a sentence each."""
    level = f"{result['confidence']:.0%}"
    return [
        *(sentence for comparison in result["comparisons"] for sentence in _sentences(comparison, level)),
        *(_skipped(row, result["models"]) for row in result["skipped"]),
    ]


def _sentences(comparison: dict[str, Any], level: str) -> list[str]:
    where = _title(comparison)
    others = [row for row in comparison["transfers"] if row["fitted_on"] != row["tested_on"]]
    return [
        f"{where}: {equality_sentence(comparison['equal_coefficients'])}",
        *(f"{where}: {_agreement(row, level)}" for row in comparison["agreement"]),
        *(f"{where}: {_transfer(row, level)}" for row in others),
    ]


def _title(comparison: dict[str, Any]) -> str:
    over = comparison["over"][0].upper() + comparison["over"][1:]
    return f"{over} of {comparison['model']}" if comparison["model"] else over


def _agreement(row: dict[str, Any], level: str) -> str:
    return (
        f"the rules of {row['a']} and {row['b']} order the subsets alike with Spearman {row['subsets']:.2f} ({level}"
        f" interval {row['low']:.2f} to {row['high']:.2f}) and the candidates with {row['examples']:.2f}; of the tenth"
        f" of the candidates that one ranks first, the other does so with {row['best']:.0%} (chance: 10%)."
    )


def _transfer(row: dict[str, Any], level: str) -> str:
    how = "each subset held out" if row["held_out"] else "other subsets"
    return (
        f"the rule of {row['fitted_on']} predicts {row['tested_on']} ({how}) with Spearman {row['spearman']:.2f}"
        f" ({level} interval {row['spearman_low']:.2f} to {row['spearman_high']:.2f}) and R2"
        f" {row['recentred_r2']:.2f} after recentring ({row['r2']:.2f} before)."
    )


def _skipped(row: dict[str, Any], models: list[str]) -> str:
    if row["over"] == "models" and len(models) == 1:
        return f"There is one base model, {models[0]}: whether its rule holds for others is not known."
    of = f" of {row['model']}" if row["model"] else ""
    return f"The {row['over']}{of} cannot be compared: {row['reason']}."


def equality_sentence(row: dict[str, Any]) -> str:
    """Whether the coefficients of several variants differ; by the corrected p-value where there were several tests."""
    degrees = f"{row['numerator_degrees']:.0f}, {row['denominator_degrees']:.0f}"
    numbers = f"{row['test']}: F({degrees}) = {row['f']:.2f}, p = {row['p_value']:.2g}"
    if "holm" in row:
        numbers += f", {row['holm']:.2g} after Holm's correction over {row['tests']} tests" if row["tests"] > 1 else ""
    return f"{equality_verdict(row)} ({numbers})."


def equality_verdict(row: dict[str, Any]) -> str:
    """What a test of equal coefficients allows to say."""
    if row["denominator_degrees"] < FEWEST_DEGREES:
        return "Whether the coefficients differ cannot be told from so few subsets"
    differ = row.get("holm", row["p_value"]) < SHOWN
    return "The coefficients differ" if differ else "The coefficients are not shown to differ"


def markdown(result: dict[str, Any]) -> str:
    """The comparison as Markdown: the coefficients of each set of variants, and the sentences."""
    level = f"{result['confidence']:.0%}"
    parts = [
        "# How far the rule holds",
        f"Coefficients in log loss per {result['unit']}, with {level} intervals.",
        *(part for comparison in result["comparisons"] for part in _section(comparison, level)),
        *(_skipped(row, result["models"]) for row in result["skipped"]),
    ]
    return "\n\n".join(parts) + "\n"


def _section(comparison: dict[str, Any], level: str) -> list[str]:
    return [
        f"## {_title(comparison)} ({comparison['subsets']} subsets)",
        _table(comparison["coefficients"]),
        "\n".join(f"- {sentence}" for sentence in _sentences(comparison, level)),
        *(f"Left out: `{name}` {reason}." for name, reason in comparison["left_out"].items()),
    ]


def _table(coefficients: dict[str, list[dict[str, Any]]]) -> str:
    header = f"| indicator | {' | '.join(coefficients)} |"
    rows = [
        f"| {cells[0]['indicator']} | "
        + " | ".join(f"{cell['value']:.3g} ({cell['low']:.3g} to {cell['high']:.3g})" for cell in cells)
        + " |"
        for cells in zip(*coefficients.values(), strict=True)
    ]
    return "\n".join([header, f"|---|{'---|' * len(coefficients)}", *rows])
