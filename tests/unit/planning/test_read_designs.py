"""Runs that cannot be compared are refused."""

import sys

import pytest

from instructmining.planning.compare_designs import main
from tests.unit.planning.made import SCORES, table, write_run


def test_runs_of_other_candidates_are_refused(tmp_path, monkeypatch):
    runs = [write_run(tmp_path / name, table(1), scores) for name, scores in (("a", SCORES), ("b", SCORES.slice(1)))]
    monkeypatch.setattr(sys, "argv", ["compare", "--runs", *runs, "--output", "d.json", "--table", "d.md"])
    with pytest.raises(ValueError, match="its candidates are 49 examples, not the 50 of"):
        main()


def test_an_unfinished_run_is_said(tmp_path, monkeypatch):
    runs = [write_run(tmp_path / "a", table(1)), str(tmp_path / "b/results")]
    monkeypatch.setattr(sys, "argv", ["compare", "--runs", *runs, "--output", "d.json", "--table", "d.md"])
    with pytest.raises(ValueError, match="b/results: found rules for these models: none; expected one model"):
        main()
