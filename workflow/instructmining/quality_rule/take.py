"""Take a rule that is there already, a published one or that of another run, instead of fitting one.

    python -m instructmining.quality_rule.take --settings '{"published": "v3"}' --indicator-settings '{}' \\
        --rule rule.json --card rule.md

Raises ValueError where the indicators come from other models than those that the rule was fitted with.
"""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from instructmining.files import write_text
from instructmining.quality_rule.card import rule_card
from instructmining.quality_rule.other_models import other_models, refuse
from instructmining.quality_rule.published import PublishedRule, Rule, read_rule, with_warning
from instructmining.quality_rule.published_rules import PUBLISHED
from instructmining.quality_rule.settings import QualityRuleSettings


def main() -> None:
    """Write the rule and its card."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--settings", type=QualityRuleSettings.model_validate_json, required=True)
    parser.add_argument("--indicator-settings", type=json.loads, required=True, help="those of the scores at hand")
    parser.add_argument("--rule", type=Path, required=True)
    parser.add_argument("--card", type=Path, required=True)
    arguments = parser.parse_args()
    rule = take(arguments.settings, arguments.indicator_settings)
    rule.to_json(arguments.rule)
    write_text(arguments.card, published_card(rule) if isinstance(rule, PublishedRule) else rule_card(rule))
    print(rule.formula())


def take(settings: QualityRuleSettings, indicator_settings: Mapping[str, Any]) -> Rule:
    """The rule; a warning stands in it where it was forced on other indicator models."""
    rule: Rule = (
        PublishedRule.of(PUBLISHED[settings.published]) if settings.published else read_rule(Path(settings.file or ""))
    )
    differences = other_models(rule.indicators, rule.indicator_settings, indicator_settings)
    refuse(f"the rule {settings.published or settings.file}", differences, settings.force)
    for difference in differences:
        rule = with_warning(
            rule, f"Forced on other indicator models, so its predictions may mean nothing: {difference}."
        )
    return rule


def published_card(rule: PublishedRule) -> str:
    """The rule as Markdown."""
    sections = [
        f"# Quality rule {rule.name} of the paper, for {rule.model}",
        f"```\n{rule.formula()}\n```",
        "Lower predicted log loss is better. The coefficients hold for that base model and these indicators alone.",
        "## What is known of it",
        "\n".join(f"- {note}" for note in rule.notes),
    ]
    return "\n\n".join(sections) + "\n"


if __name__ == "__main__":
    main()
