"""Adopt a rule that exists already, a published one or that of another run, instead of fitting one.

    python -m instructmining.quality_rule.adopt --settings '{"published": "v3"}' --indicator-settings '{}' \\
        --rule rule.json

Raises ValueError where the indicators come from other models than those that the rule was fitted with.
"""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from instructmining.command import UserError, run_main
from instructmining.files import write_result
from instructmining.quality_rule.other_models import other_models, refuse
from instructmining.quality_rule.published import PublishedRule, Rule, read_rule, with_warning
from instructmining.quality_rule.published_rules import PUBLISHED
from instructmining.quality_rule.settings import QualityRuleSettings


def main() -> None:
    """Write the rule."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--settings", type=QualityRuleSettings.model_validate_json, required=True)
    parser.add_argument(
        "--indicator-settings",
        type=json.loads,
        required=True,
        help="settings of the scorers that made the scores, as JSON",
    )
    parser.add_argument("--rule", type=Path, required=True)
    arguments = parser.parse_args()
    rule = adopt(arguments.settings, arguments.indicator_settings)
    write_result(arguments.rule, rule)
    print(rule.formula())


def adopt(settings: QualityRuleSettings, indicator_settings: Mapping[str, Any]) -> Rule:
    """The rule, with a warning where it was forced on other indicator models."""
    rule = _published(settings.published) if settings.published else _of_another_run(Path(settings.file or ""))
    differences = other_models(rule.indicators, rule.indicator_settings, indicator_settings)
    refuse(f"the rule {settings.published or settings.file}", differences, settings.force)
    for difference in differences:
        rule = with_warning(
            rule, f"Forced on other indicator models, so its predictions may mean nothing: {difference}."
        )
    return rule


def _of_another_run(path: Path) -> Rule:
    try:
        return read_rule(path)
    except ValueError as error:
        raise UserError(f"quality_rule.file, {path}: {error}") from None


def _published(version: str) -> Rule:
    return PublishedRule(**PUBLISHED[version])


if __name__ == "__main__":
    run_main(main)
