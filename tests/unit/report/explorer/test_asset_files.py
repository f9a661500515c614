"""The files that the explorer's page is made of."""

import hashlib
from pathlib import Path

import pytest

from instructmining.report.explorer.asset_files import FOLDERS, assets_hash


def test_the_libraries_are_the_ones_whose_hashes_are_kept() -> None:
    vendor = FOLDERS[1]
    kept = dict(line.split("  ")[::-1] for line in vendor.with_name("vendor.sha256").read_text().splitlines())
    assert kept == {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in vendor.iterdir()}


def test_a_changed_asset_changes_the_hash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.js").write_text("1")
    monkeypatch.setattr("instructmining.report.explorer.asset_files.FOLDERS", [tmp_path])
    before = assets_hash()
    (tmp_path / "a.js").write_text("2")
    assert assets_hash() != before
