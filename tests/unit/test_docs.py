"""The documentation: links lead to files, and every command is run by a test or says what it needs."""

import re
from pathlib import Path

import pytest

from instructmining.config_files import first_sentence
from tests.conftest import ROOT

DOCUMENTS = sorted(
    {ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "config/README.md", *(ROOT / "docs").glob("*.md")}
)
BLOCK = re.compile(
    r"(?:<!-- commands need: (?P<needs>[\w ,]+) -->\n)?^```sh\n(?P<commands>.*?)^```", re.MULTILINE | re.DOTALL
)
RUN_BY_CI = {"make setup", "make lint", "make docs", "make test"}
RUN_BY_TUTORIAL = {"make demo", "make plan", "make status", "make report"}
"""Recipes that the tutorial runs with another config."""
NEEDS = {"cluster", "GPU", "network", "results", "your data"}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_relative_links_lead_to_files(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text())
    assert [link for link in links if not (document.parent / link).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_a_mark_names_only_known_needs(document: Path) -> None:
    marks = re.findall(r"<!-- commands need: ([^>]*) -->", document.read_text())
    assert {need for mark in marks for need in mark.split(", ")} <= NEEDS


def commands(text: str) -> list[str]:
    """The commands of the blocks that need nothing, without their comments."""
    blocks = [match["commands"] for match in BLOCK.finditer(text) if not match["needs"]]
    lines = [re.split(r"\s+#", line)[0].strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line]


def known_to_be_run() -> set[str]:
    """The commands that the test of the tutorial or continuous integration runs."""
    return {*commands((ROOT / "docs" / "tutorial.md").read_text()), *RUN_BY_CI, *RUN_BY_TUTORIAL}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_is_run_by_a_test_or_says_what_it_needs(document: Path) -> None:
    assert [command for command in commands(document.read_text()) if command not in known_to_be_run()] == []


def test_continuous_integration_runs_what_it_is_said_to() -> None:
    lines = [line.split() for line in (ROOT / ".ci" / "run").read_text().splitlines()]
    assert RUN_BY_CI - {"make setup"} <= {f"make {word}" for line in lines if line[:1] == ["make"] for word in line}


def test_the_drawn_workflow_names_the_stages_as_the_rules_do() -> None:
    drawn = (ROOT / "docs" / "images" / "workflow.svg").read_text()
    stages = set(re.findall(r'class="stage"[^>]*>(\w+)<', drawn))
    named = {path.stem for path in (ROOT / "workflow" / "rules").glob("*.smk") if "_" not in path.stem} | {
        "quality_rule"
    }
    assert stages == named - {"common", "targets", "models"}


def test_a_config_is_listed_with_the_first_sentence_of_its_comment(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("# Seven sets, see v1.2: about\n# three hours. More.\nseed: 0\n")
    assert first_sentence(path) == "Seven sets, see v1.2: about three hours"
    path.write_text("seed: 0\n")
    with pytest.raises(ValueError, match=r"mine\.yaml: expected a comment at the top"):
        first_sentence(path)
