"""A command ends in one line where a user can mend what is wrong, and with a traceback where we must."""

import ast
import importlib
import re
import sys
from pathlib import Path

import pytest

from instructmining.command import UserError, damage, run_main
from tests.conftest import ROOT

LIBRARY = ROOT / "workflow" / "instructmining"
COMMANDS = sorted(path for path in LIBRARY.rglob("*.py") if "\ndef main(" in path.read_text())
RULES = "".join(path.read_text() for path in sorted((ROOT / "workflow" / "rules").rglob("*.smk")))


def raising(error: Exception) -> None:
    raise error


@pytest.mark.parametrize("error", [UserError("a.json: no such form"), FileNotFoundError(2, "No such file", "a.json")])
def test_what_a_user_can_mend_is_told_in_one_line(error: Exception) -> None:
    with pytest.raises(SystemExit) as end:
        run_main(lambda: raising(error))
    assert end.value.code == str(error)
    assert end.value.__suppress_context__


@pytest.mark.parametrize("error", [ZeroDivisionError(), ValueError("seeds differ"), KeyError("a")])
def test_a_fault_of_ours_keeps_its_traceback(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["command", "--settings", "{}", "no/such.parquet", str(ROOT)])
    with pytest.raises(type(error)):
        run_main(lambda: raising(error))


@pytest.mark.parametrize(
    ("name", "said"),
    [("a.parquet", "not parquet at all (54 bytes): Parquet magic"), ("a.json", "not json at all (54 bytes): ")],
)
def test_a_damaged_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, said: str) -> None:
    (tmp_path / name).write_text("broken" * 9)
    monkeypatch.setattr(sys, "argv", ["command", "--input", str(tmp_path / name)])
    with pytest.raises(SystemExit, match=re.escape(f"{tmp_path / name}: damaged, or {said}")):
        run_main(lambda: raising(ValueError("whatever a reader says")))


def test_a_whole_file_is_not_blamed(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{}")
    assert damage(tmp_path / "a.json") == ""


@pytest.mark.parametrize("path", COMMANDS, ids=lambda path: path.stem)
def test_every_command_ends_in_this_way(path: Path) -> None:
    start = ast.parse(path.read_text()).body[-1]
    assert ast.unparse(start) == "if __name__ == '__main__':\n    run_main(main)"


def test_every_command_of_a_rule_is_among_them() -> None:
    names = {".".join(path.relative_to(LIBRARY.parent).with_suffix("").parts) for path in COMMANDS}
    assert set(re.findall(r"runs\(\s*\"([\w.]+)\"", RULES)) <= names


MISSING = {
    "comparison.cost": "--benchmarks x --settings {} --pools p --subset-records no.json --arm-records no.json --scores no.parquet --output o",
    "data.build_pool": '--name p --settings {"sources":["a"]} --sources no.parquet --eval-sets --shards s --report r --contaminated c --near-duplicates n',
    "data.import_source": '--name a --settings {"path":"no.jsonl"} --seed 0 --output o --report r --quarantine q',
    "indicators.custom_table": '--name a --settings {"table":"no.parquet"} --examples no.parquet --scores s --report r',
    "quality_rule.write_card": "--rule no.json --card c",
    "selection.rank": "--rule no.json --scores no.parquet --ranking r",
}  # fmt: skip


@pytest.mark.parametrize("command", MISSING)
def test_a_missing_file_is_told_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [command, *MISSING[command].split()])
    with pytest.raises(SystemExit) as end:
        run_main(importlib.import_module(f"instructmining.{command}").main)
    assert re.search(r"\bno\.(parquet|json|jsonl)\b", str(end.value.code)) and "\n" not in str(end.value.code)
