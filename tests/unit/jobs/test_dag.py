"""Pictures of the workflow."""

import shutil
import subprocess
import xml.etree.ElementTree as ElementTree

import pytest

from instructmining.jobs.dag import MARKS, Graph, draw, layers, picture, read_mermaid
from instructmining.marked import renew
from tests.conftest import ROOT

PRINTED = """---
title: DAG
---
flowchart TB
\tid0[all]
\tid1[fit]
\tid2[score_text]
\tid3[score_ppl]
\tid4[build_pool_new]
\tstyle id0 fill:#D95757
\tid1 --> id0
\tid2 --> id1
\tid3 --> id1
\tid4 --> id2
\tid4 --> id3
\tid4 --> id1
"""


def test_a_picture_has_one_node_per_family_and_no_edge_that_others_imply() -> None:
    assert picture(read_mermaid(PRINTED)).splitlines() == [
        "```mermaid", "flowchart LR", "    build_pool --> score_shard", "    score_shard --> fit", "```",
    ]  # fmt: skip


def test_every_node_stands_to_the_right_of_what_it_depends_on() -> None:
    assert layers(read_mermaid(PRINTED)) == [["id4"], ["id3", "id2"], ["id1"], ["id0"]]


def test_the_svg_is_well_formed_and_escapes_names() -> None:
    drawn = draw(Graph({"id0": "a <b> & c", "id1": "d"}, [("id0", "id1")]))
    root = ElementTree.fromstring(drawn)
    assert [title.text for title in root.iter("{http://www.w3.org/2000/svg}title")] == ["a <b> & c", "d"]


@pytest.mark.slow
def test_the_documentation_shows_the_rules_as_they_are() -> None:
    text = (ROOT / "docs" / "workflow.md").read_text()
    command = [shutil.which("snakemake") or "snakemake", "--rulegraph", "mermaid-js", "--cores", "1"]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=True).stdout
    assert renew(text, MARKS, picture(read_mermaid(printed))) == text, "make dag renews the picture"


def test_nothing_to_draw_is_an_error() -> None:
    with pytest.raises(ValueError, match="no graph on standard input"):
        read_mermaid("")
