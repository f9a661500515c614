"""The explorer's page loads its assets and nothing else."""

import re
from pathlib import Path

from instructmining.report.explorer.asset_files import asset_files
from instructmining.report.explorer.page import write_page
from tests.unit.report.explorer.written import read_data_file


def test_the_page_loads_its_assets_and_nothing_else(tmp_path: Path) -> None:
    write_page(["a", "b"], ["unseen"], tmp_path / "index.html")
    page = (tmp_path / "index.html").read_text()
    loaded = re.findall(r'(?:src|href)="([^#"][^"]*)"', page)
    assert loaded and all((tmp_path / path).is_file() for path in loaded)
    assert not re.search(r"<script(?! src=)|<style|\bon\w+=|https?:", page)
    names = {path.name for path in asset_files()} - {"index.html"}
    assert names == {path.name for path in (tmp_path / "assets").iterdir()}
    rankings = read_data_file(tmp_path / "data" / "rankings.js")[1]["values"]["rankings"]
    assert rankings == [{"model": "a", "pool": "unseen"}, {"model": "b", "pool": "unseen"}]
