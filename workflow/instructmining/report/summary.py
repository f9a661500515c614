"""Print a short summary of the results of a run, for the terminal.

    python -m instructmining.report.summary --rules results/quality_rule/*/rule.json \\
        --comparisons results/comparison/*/*/comparison.json --rankings results/selection/*/*/ranking.parquet \\
        --settings '{"examples": 500}' --report results/report.html

It is printed at the end of every run, so it imports nothing heavy.
"""

import argparse
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from instructmining.command import run_main
from instructmining.comparison.result import ArmResult, ComparisonResult
from instructmining.files import read_result
from instructmining.quality_rule.published import PublishedRule, read_rule
from instructmining.quality_rule.rule import MIXED, QualityRule
from instructmining.report.findings import BEFORE_ARMS, Finding, add_options, read_findings
from instructmining.report.selected import read_selected
from instructmining.selection.settings import Selection
from instructmining.validation.result import ValidationResult


def rule_section(rule: QualityRule) -> Group:
    """The rule with its intervals, and how well it predicts subsets that it was not fitted to."""
    names = ("indicator", "coefficient", f"{rule.confidence:.0%} interval", "with a higher value")
    table = _table(names, numbers=("coefficient",))
    for term in rule.terms:
        interval = f"{term.low:.4g} to {term.high:.4g}"
        table.add_row(term.indicator, f"{term.coefficient:.4g}", interval, rule.effect(term))
    for name, reason in rule.left_out.items():
        table.add_row(name, "left out", Text(reason), "")
    held_out = f"R2 {rule.loo_r2:.2f}, Spearman {rule.loo_spearman:.2f} on each subset left out of the fit by itself"
    warnings = [Text(f"Warning: {check.sentence}") for check in rule.checks if check.name == MIXED]
    title = _title(f"Quality rule for {rule.model} ({rule.subsets} subsets)")
    return Group(title, table, Text(held_out), *([Text(rule.verdict)] if rule.verdict else []), *warnings)


def published_section(rule: PublishedRule) -> Group:
    """A rule of the paper, and what is known about it."""
    title = _title(f"Quality rule {rule.name} of the paper, for {rule.model}; nothing was fitted or tuned here")
    return Group(title, Text(rule.formula()), *map(Text, rule.notes))


def comparison_section(result: ComparisonResult) -> Group:
    """The loss of each arm, what it was trained on, and the verdict."""
    names = ("arm", "examples", "steps", "tokens", "loss", "SD", "verdict")
    table = _table(names, numbers=names[1:-1])
    for arm in result.arms:
        table.add_row(*_arm_cells(arm))
    title = (
        f"Arms of {result.pool}, {result.model}: test loss in nats per token, {result.confidence:.0%} intervals and p"
        " after Holm's correction"
    )
    return Group(_title(title), table, Text(result.sentence))


def _arm_cells(arm: ArmResult) -> list[RenderableType]:
    counts = [f"{arm.examples:,}", f"{arm.steps:,}", f"{arm.tokens:,.0f}"]
    return [arm.arm, *counts, f"{arm.loss.mean:.3f}", f"{arm.loss.sd:.3f}", Text(arm.verdict.partition(": ")[2])]


def finding_section(finding: Finding) -> Group:
    """What the decision, a validation, people, a judge, benchmarks, sizes or the cost say."""
    title = _title(f"{finding.question} ({finding.pool}, {finding.model})")
    table = [choices_table(finding.result)] if finding.kind == "validations" else []
    return Group(title, *table, *map(Text, finding.sentences))


def once(findings: Iterable[Finding]) -> Iterator[Finding]:
    """The findings without what an earlier one of the same selection has said: a decision quotes its validation."""
    said: dict[tuple[str, str], str] = defaultdict(str)
    for finding in findings:
        before = said[finding.model, finding.pool]
        yield replace(finding, sentences=tuple(each for each in finding.sentences if each not in before))
        said[finding.model, finding.pool] += "\n".join(finding.sentences)


def choices_table(result: ValidationResult) -> Table:
    """The log loss that the rule predicts for each choice, and what was observed."""
    names = ("choice", "fine-tunes", "predicted log loss", "observed", "p")
    table = _table(names, numbers=("fine-tunes", "observed", "p"))
    for each in result.choices:
        interval = "" if each.low is None else f" ({each.low:.3f} to {each.high:.3f})"
        p_value = "" if each.p_value is None else f"{each.p_value:.2g}"
        table.add_row(each.choice, str(each.seeds), f"{each.predicted:.3f}{interval}", f"{each.observed:.3f}", p_value)
    return table


def _title(text: str) -> Text:
    return Text(text, style="bold")


def _table(columns: Sequence[str], numbers: Sequence[str]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for name in columns:
        table.add_column(name, justify="right" if name in numbers else "left")
    return table


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rules", type=Path, nargs="+", required=True)
    parser.add_argument("--comparisons", type=Path, nargs="*", default=[])
    parser.add_argument("--rankings", type=Path, nargs="*", default=[])
    parser.add_argument(
        "--settings", type=Selection.model_validate_json, help="settings of the selection; needed with --rankings"
    )
    add_options(parser)
    parser.add_argument("--report", type=Path)
    arguments = parser.parse_args()
    if arguments.rankings and not arguments.settings:
        parser.error("found --rankings without --settings, which say how much of a ranking is selected; give both")
    console = Console(highlight=False)
    for path in arguments.rules:
        rule = read_rule(path)
        section = published_section(rule) if isinstance(rule, PublishedRule) else rule_section(rule)
        console.print(section, "")
    findings = read_findings(arguments)
    for finding in once(finding for finding in findings if finding.kind in BEFORE_ARMS):
        console.print(finding_section(finding), "")
    for path in arguments.comparisons:
        console.print(comparison_section(read_result(ComparisonResult, path)), "")
    for finding in findings:
        if finding.kind not in BEFORE_ARMS:
            console.print(finding_section(finding), "")
    for selected in read_selected(arguments.rankings, arguments.settings, arguments.sizes):
        if share := selected.degraded_share():
            console.print(Text(share))
    if arguments.report:
        console.print(Text(f"Report: {arguments.report}"))


if __name__ == "__main__":
    run_main(main)
