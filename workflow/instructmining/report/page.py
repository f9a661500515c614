"""The report of a run as one self-contained page: verdict, rule, validation, arms, costs, data, warnings, figures.

What only some runs have (see `findings`) has further options.

    python -m instructmining.report.page --rules results/quality_rule/*/rule.json \\
        --across-models results/quality_rule/across_models.json \\
        --comparisons results/comparison/*/*/comparison.json --rankings results/selection/*/*/ranking.parquet \\
        --accounts results/data/*/*.report.json --scores results/indicators/*/*/*.report.json \\
        --records results/training/*/*/*/record.json --figures results/report/*/*.svg \\
        --config '{}' --output results/report.html

All text is escaped by the template engine. Figures and tables are embedded in the page, so it loads nothing from any
host; it runs no script.
"""

import argparse
import base64
import csv
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from instructmining.command import run_main
from instructmining.comparison.result import ComparisonResult
from instructmining.files import read_result, write_text
from instructmining.quality_rule.across.result import AcrossModels
from instructmining.quality_rule.across.words import sentences
from instructmining.quality_rule.card import evidence
from instructmining.quality_rule.published import PublishedRule, Rule, read_rule
from instructmining.quality_rule.rule import QualityRule
from instructmining.report.accounts import (
    Account,
    JobCost,
    Truncation,
    account,
    account_warnings,
    arm_mixtures,
    losses_in_words,
    scoring_costs,
    templates_in_words,
    training_costs,
    truncation_warnings,
    truncations,
)
from instructmining.report.figures.catalogue import FIGURES
from instructmining.report.findings import Finding, add_options, read_findings
from instructmining.report.glossary import meaning, reasons
from instructmining.report.selected import read_selected
from instructmining.selection.settings import Selection
from instructmining.training.record import Record

TEXTS = Path(__file__).parents[2] / "report"
"""The template of the page, and the captions of figures."""
OUTSIDE_WARNED_ABOVE = 0.2
"""Share of a pool outside the fitted range of an indicator above which there is a warning."""
EFFECTS = ("lower loss", "higher loss")
ROWS_SHOWN = 200
"""Rows of a table that are shown; the download has all of them."""


@dataclass(frozen=True)
class Figure:
    """A figure, its caption, and the table that it is drawn from."""

    name: str
    """Its name, such as `arms`."""
    where: str
    """Base model, and pool where it has one."""
    caption: str
    """What it shows."""
    image: str
    """The figure, as a data URI."""
    download: str
    """Its table, as a data URI."""
    table: list[list[str]]
    """The rows of its table, the header first."""

    @property
    def key(self) -> str:
        """Its name among all figures, such as `smollm2-unseen-arms`; a figure of all models has its name alone."""
        return "-".join([*self.where.split(", "), self.name] if self.where else [self.name])

    @property
    def category(self) -> str:
        """Its category in the catalogue, such as `2. Selection`."""
        return FIGURES[self.name].category


@dataclass(frozen=True)
class RuleSection:
    """One rule, and the evidence for and against it."""

    model: str
    rule: Rule
    fitted: bool
    effects: str
    """What the rule says, in words."""
    verdict: str
    """Whether to trust it, judged by its predictions on data that it was not fitted to."""
    evidence: list[str]


def rule_section(path: Path) -> RuleSection:
    """The rule of a model; it lies in {model}/rule.json."""
    rule = read_rule(path)
    if isinstance(rule, PublishedRule):
        verdict = f"A rule of the paper ({rule.name}) was applied. Nothing was fitted here, so nothing here tests it."
        return RuleSection(path.parent.name, rule, False, signs_in_words(rule), verdict, evidence(rule))
    return RuleSection(path.parent.name, rule, True, effects_in_words(rule), rule.verdict, evidence(rule))


def signs_in_words(rule: PublishedRule) -> str:
    """How loss changes as each indicator rises, for a rule without intervals: by the signs of its coefficients."""
    signs: dict[str, list[str]] = defaultdict(list)
    for indicator, coefficient in rule.coefficients.items():
        signs[EFFECTS[coefficient > 0]].append(indicator)
    return f"{'. '.join(_as_it_rises(names, effect) for effect, names in signs.items())}."


def effects_in_words(rule: QualityRule) -> str:
    """How loss changes as each indicator rises, as far as that is shown."""
    terms: dict[str, list[str]] = defaultdict(list)
    for term in rule.slopes:
        terms[rule.effect(term)].append(term.indicator)
    parts = [_as_it_rises(terms.pop(effect), effect) for effect in EFFECTS if effect in terms]
    parts += [f"{effect.capitalize()}: {', '.join(names)}" for effect, names in terms.items()]
    return f"{'. '.join(parts) or 'No indicator is in the rule'}."


def _as_it_rises(indicators: Sequence[str], effect: str) -> str:
    loss = "falls" if effect == EFFECTS[0] else "rises"
    return f"Loss {loss} as {' and '.join(indicators)} {'rises' if len(indicators) == 1 else 'rise'}"


def outside_warnings(rules: Sequence[RuleSection], rankings: Sequence[Path]) -> list[str]:
    """Pools with many examples outside the range that a rule was fitted on; a ranking lies in {model}/{pool}."""
    by_model = {section.model: section.rule for section in rules}
    warnings = []
    for path in rankings:
        pool, model = path.parent.name, path.parent.parent.name
        rule = by_model[model]
        if not isinstance(rule, QualityRule):
            continue
        table = pq.read_table(path, columns=[term.indicator for term in rule.slopes])
        warnings += [
            f"{pool}, {model}: {share:.0%} of the examples have a {name} outside the range of the subsets that the rule"
            " was fitted on. This is usual, as subsets are means; take the ranking as an order, not as losses."
            for name, share in rule.outside_range(table).items()
            if share > OUTSIDE_WARNED_ABOVE
        ]
    return warnings


def rule_warnings(sections: Sequence[RuleSection]) -> list[str]:
    """What the checks of each rule warn about."""
    fitted = [section.rule for section in sections if isinstance(section.rule, QualityRule)]
    return [f"{rule.model}: {check.sentence}" for rule in fitted for check in rule.checks if check.warns]


def figure(path: Path) -> Figure:
    """A figure from its file {model}/[{pool}/]{figure}.svg, and from the table beside it."""
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


def trials(sizes: Sequence[Path]) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """The trials of each search, by model and pool; their file is beside the size."""
    return {
        (path.parent.parent.name, path.parent.name): pq.read_table(path.with_name("trials.parquet")).to_pylist()
        for path in sizes
    }


@dataclass(frozen=True)
class Contents:
    """All that the template shows."""

    rules: list[RuleSection]
    """The rule of each base model."""
    across_models: list[str]
    """How far the rule holds for other models, eval sets and seeds."""
    comparisons: list[ComparisonResult]
    """The arms of each pool and base model."""
    findings: list[Finding]
    """What else was asked for."""
    trials: dict[tuple[str, str], list[dict[str, Any]]]
    """The trials of each search for the size, by model and pool."""
    known_truth: list[str]
    """How much of each pool and of its selection was degraded on purpose."""
    accounts: list[Account]
    """Data in and out."""
    losses: list[str]
    """The same in words, for each step on the way to a selection."""
    reasons: dict[str, str]
    """What the reasons for a loss mean."""
    templates: list[str]
    """What was left out where pools were compared with eval sets."""
    truncations: list[Truncation]
    """Texts that were cut."""
    costs: list[JobCost]
    """Each kind of job."""
    warnings: list[str]
    """What a reader should know before relying on the results."""
    figures: list[Figure]
    """Every figure."""
    config: str
    """All settings, as YAML."""
    rows_shown: int = ROWS_SHOWN
    """Rows of a figure's table that are shown."""


def gather(arguments: argparse.Namespace) -> Contents:
    """Read what there is."""
    rules = [rule_section(path) for path in arguments.rules]
    accounts = [found for path in arguments.accounts for found in account(path, arguments.licences)]
    settings = Selection.model_validate(arguments.config["selection"])
    selected = read_selected(arguments.rankings, settings, arguments.sizes)
    everything = [*accounts, *(found for part in selected for found in part.accounts())]
    cut = truncations(arguments.scores)
    records = [read_result(Record, path) for path in arguments.records]
    return Contents(
        rules=rules,
        across_models=[
            found for path in arguments.across_models for found in sentences(read_result(AcrossModels, path))
        ],
        comparisons=[read_result(ComparisonResult, path) for path in arguments.comparisons],
        findings=read_findings(arguments),
        trials=trials(arguments.sizes),
        known_truth=[share for part in selected if (share := part.degraded_share())],
        accounts=everything,
        losses=losses_in_words(everything),
        reasons=reasons(everything),
        templates=[found for path in arguments.accounts if (found := templates_in_words(path))],
        truncations=cut,
        costs=[*scoring_costs(arguments.scores), *training_costs(records)],
        warnings=[
            *rule_warnings(rules),
            *outside_warnings(rules, arguments.rankings),
            *arm_mixtures(records),
            *account_warnings(accounts),
            *truncation_warnings(cut),
        ],
        figures=[figure(path) for path in arguments.figures],
        config=yaml.safe_dump(arguments.config, sort_keys=False, allow_unicode=True),
    )


def render(contents: Contents) -> str:
    """The page."""
    return template().render(vars(contents))


def template() -> Template:
    """The template of the page; a value that it names and that is missing is an error."""
    environment = Environment(
        loader=FileSystemLoader(TEXTS), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters |= {"share": "{:.1%}".format, "number": "{:,}".format, "digits": "{:.4g}".format}
    environment.filters["meaning"] = meaning
    return environment.get_template("page.html.j2")


def main() -> None:
    """Read the results, write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, required=True)
    for name in ("rules", "across-models", "comparisons", "rankings", "accounts", "scores", "records", "figures"):
        parser.add_argument(f"--{name}", type=Path, nargs="*", required=True)
    add_options(parser)
    parser.add_argument("--licences", type=json.loads, default={}, help="the licence of each source, if known")
    parser.add_argument("--config", type=yaml.safe_load, required=True, help="all settings of the run, as JSON")
    arguments = parser.parse_args()
    write_text(arguments.output, render(gather(arguments)))


if __name__ == "__main__":
    run_main(main)
