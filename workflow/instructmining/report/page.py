"""The report of a run as one page that needs nothing else: verdict, rule, arms, costs, data, warnings, figures.

    python -m instructmining.report.page --rules results/quality_rule/*/rule.json \\
        --comparisons results/comparison/*/*/comparison.json --rankings results/selection/*/*/ranking.parquet \\
        --accounts results/data/*/*.report.json --scores results/indicators/*/*/*.report.json \\
        --records results/training/*/*/*/record.json --figures results/report/*/*.svg \\
        --config '{}' --output results/report.html

All text is escaped by the template engine; figures are images and tables are downloads inside the page, so that it asks
nothing of any host and runs nothing.
"""

import argparse
import base64
import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from instructmining.comparison.result import ComparisonResult
from instructmining.files import write_text
from instructmining.quality_rule.published import PublishedRule, Rule, evidence, read_rule
from instructmining.quality_rule.rule import QualityRule
from instructmining.report.accounts import (
    account,
    account_warnings,
    scoring_costs,
    training_costs,
    truncation_warnings,
    truncations,
)

TEXTS = Path(__file__).parents[2] / "report"
"""The template of the page and the captions, which Snakemake's own report has too."""
OUTSIDE = 0.2
"""Share of a pool beyond the fitted range of an indicator from which a warning is given."""
EFFECTS = ("lower loss", "higher loss")
ROWS = 200
"""Rows of a table that are shown; the download has all of them."""


@dataclass(frozen=True)
class Figure:
    """A figure, its caption, and the table that it is drawn from."""

    name: str
    where: str
    """Base model, and pool where it has one."""
    caption: str
    image: str
    download: str
    table: list[list[str]]


@dataclass(frozen=True)
class RuleSection:
    """One rule and what is known for and against it."""

    model: str
    rule: Rule
    fitted: bool
    verdict: str
    evidence: list[str]


def rule_section(path: Path) -> RuleSection:
    """The rule of a model; it lies in {model}/rule.json."""
    rule = read_rule(path)
    if isinstance(rule, PublishedRule):
        verdict = f"A rule of the paper ({rule.name}) was applied; nothing was fitted here, so nothing here tests it."
        return RuleSection(path.parent.name, rule, False, verdict, evidence(rule))
    return RuleSection(path.parent.name, rule, True, verdict_of_fit(rule), evidence(rule))


def verdict_of_fit(rule: QualityRule) -> str:
    """Whether to trust a fitted rule, by what it predicts that it has not seen, and which effects are shown."""
    shown = [term.indicator for term in rule.terms if rule.effect(term) in EFFECTS]
    effects = f"An effect is shown of {', '.join(shown)}." if shown else "No effect of any indicator is shown."
    return f"{rule.verdict} {effects}"


def outside_warnings(rules: Sequence[RuleSection], rankings: Sequence[Path]) -> list[str]:
    """Pools of which a large share lies beyond what a rule was fitted on; a ranking lies in {model}/{pool}."""
    by_model = {section.model: section.rule for section in rules}
    warnings = []
    for path in rankings:
        pool, model = path.parent.name, path.parent.parent.name
        rule = by_model[model]
        if not isinstance(rule, QualityRule):
            continue
        table = pq.read_table(path, columns=rule.indicators)
        warnings += [
            f"{pool}, {model}: {share:.0%} of the examples lie beyond the {name} of the subsets that the rule was"
            " fitted on. Subsets are means, so this is usual; take the ranking as an order, not as losses."
            for name, share in rule.outside_range(table).items()
            if share > OUTSIDE
        ]
    return warnings


def rule_warnings(sections: Sequence[RuleSection]) -> list[str]:
    """What the checks of each rule warn of."""
    fitted = [section.rule for section in sections if isinstance(section.rule, QualityRule)]
    return [f"{rule.model}: {check.sentence}" for rule in fitted for check in rule.checks if check.warns]


def figure(path: Path) -> Figure:
    """A figure from its file {model}/[{pool}/]{figure}.svg, with the table beside it."""
    table = path.with_suffix(".csv")
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    return Figure(
        name=path.stem,
        where=f"{path.parent}/".rpartition("report/")[2].rstrip("/").replace("/", ", "),
        caption=(TEXTS / f"{path.stem}.rst").read_text(encoding="utf-8").strip(),
        image=_data_uri(path, "image/svg+xml"),
        download=_data_uri(table, "text/csv"),
        table=rows,
    )


def _data_uri(path: Path, kind: str) -> str:
    return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"


def degraded(path: Path, sizes: dict[tuple[str, str], int]) -> str | None:
    """How much of a pool and of its selection is degraded; None where nothing is."""
    column: pa.ChunkedArray = pq.read_table(path, columns=["degraded"])["degraded"]
    kinds = column.is_valid().to_pylist()
    size = sizes.get((path.parent.parent.name, path.parent.name))
    if not any(kinds) or not size:
        return None
    return (
        f"{path.parent.name}: {sum(kinds) / len(kinds):.1%} of the pool and {sum(kinds[:size]) / size:.1%} of the"
        " selection were degraded on purpose."
    )


def gather(arguments: argparse.Namespace) -> dict[str, Any]:
    """All that the template shows."""
    rules = [rule_section(path) for path in arguments.rules]
    comparisons = [ComparisonResult.from_json(path) for path in arguments.comparisons]
    accounts = [found for path in arguments.accounts for found in account(path)]
    cut = truncations(arguments.scores)
    sizes = {(r.model, r.pool): arm.examples for r in comparisons for arm in r.arms if arm.arm == "selected"}
    return {
        "rules": rules,
        "comparisons": comparisons,
        "known_truth": [line for path in arguments.rankings if (line := degraded(path, sizes))],
        "accounts": accounts,
        "truncations": cut,
        "costs": [*scoring_costs(arguments.scores), *training_costs(arguments.records)],
        "warnings": [
            *rule_warnings(rules),
            *outside_warnings(rules, arguments.rankings),
            *account_warnings(accounts),
            *truncation_warnings(cut),
        ],
        "figures": [figure(path) for path in arguments.figures],
        "config": yaml.safe_dump(arguments.config, sort_keys=False, allow_unicode=True),
        "rows_shown": ROWS,
    }


def render(values: dict[str, Any]) -> str:
    """The page; a value that the template names and that is missing is an error."""
    environment = Environment(
        loader=FileSystemLoader(TEXTS), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters |= {"share": "{:.1%}".format, "number": "{:,}".format, "digits": "{:.4g}".format}
    return environment.get_template("page.html.j2").render(values)


def main() -> None:
    """Read the results, write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, required=True)
    for name in ("rules", "comparisons", "rankings", "accounts", "scores", "records", "figures"):
        parser.add_argument(f"--{name}", type=Path, nargs="*", required=True)
    parser.add_argument("--config", type=yaml.safe_load, required=True, help="all settings of the run, as JSON")
    arguments = parser.parse_args()
    write_text(arguments.output, render(gather(arguments)))


if __name__ == "__main__":
    main()
