"""Write the card of a rule for people, fitted or published.

It is a separate step, so that a change of wording in a card leads to no new choice and no new fine-tune.

    python -m instructmining.quality_rule.write_card --rule rule.json --card rule.md
"""

import argparse
from pathlib import Path

from instructmining.command import run_main
from instructmining.files import write_text
from instructmining.quality_rule.card import rule_card
from instructmining.quality_rule.published import PublishedRule, read_rule


def main() -> None:
    """Read the rule, write its card."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rule", type=Path, required=True)
    parser.add_argument("--card", type=Path, required=True)
    arguments = parser.parse_args()
    rule = read_rule(arguments.rule)
    write_text(arguments.card, published_card(rule) if isinstance(rule, PublishedRule) else rule_card(rule))


def published_card(rule: PublishedRule) -> str:
    """The rule as Markdown."""
    sections = [
        f"# Quality rule {rule.name} of the paper, for {rule.model}",
        f"```\n{rule.formula()}\n```",
        "Lower predicted log loss is better. The coefficients hold only for that base model and these indicators.",
        "## What is known about it",
        "\n".join(f"- {note}" for note in rule.notes),
    ]
    return "\n\n".join(sections) + "\n"


if __name__ == "__main__":
    run_main(main)
