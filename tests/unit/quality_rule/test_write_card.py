"""The card of a rule is a step of its own."""

from pathlib import Path

import pytest

from instructmining.files import write_result
from instructmining.quality_rule.published import PublishedRule
from instructmining.quality_rule.published_rules import PUBLISHED
from instructmining.quality_rule.write_card import main
from tests.unit.quality_rule.made import RULE


def card_of(folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr("sys.argv", ["write_card", "--rule", f"{folder}/rule.json", "--card", f"{folder}/rule.md"])
    main()
    return (folder / "rule.md").read_text()


def test_a_fitted_rule_has_a_card_with_its_evidence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_result(tmp_path / "rule.json", RULE)
    card = card_of(tmp_path, monkeypatch)
    assert card.startswith(f"# Quality rule for {RULE.model}\n") and RULE.formula() in card


def test_a_published_rule_has_a_card_with_what_is_known_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rule = PublishedRule(**PUBLISHED["v3"])
    write_result(tmp_path / "rule.json", rule)
    card = card_of(tmp_path, monkeypatch)
    assert card.startswith("# Quality rule v3 of the paper") and all(f"- {note}" in card for note in rule.notes)
