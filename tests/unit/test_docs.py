"""The documents: links lead somewhere, and every command in them is run by a test or says what it needs."""

import re
from pathlib import Path

import pytest

from tests.conftest import ROOT

DOCUMENTS = sorted(
    {ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "config/README.md", *(ROOT / "docs").glob("*.md")}
)
NEEDS = {"cluster", "GPU", "network", "results", "an editor"}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_relative_links_lead_to_files(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text())
    assert [link for link in links if not (document.parent / link).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_a_mark_names_needs_that_there_are(document: Path) -> None:
    marks = re.findall(r"<!-- commands need: ([^>]*) -->", document.read_text())
    assert {need for mark in marks for need in mark.split(", ")} <= NEEDS
