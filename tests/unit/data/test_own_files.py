"""Files as people have them: each is imported as it was meant, or refused in one line."""

import bz2
import gzip
import io
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from instructmining.comparison.judge.prompts import read_prompts
from instructmining.comparison.judge.settings import PromptSet
from instructmining.data.errors import DataError
from instructmining.data.import_ratings import import_ratings
from instructmining.data.import_source import import_source
from instructmining.data.reports import RatingsReport, SourceReport
from instructmining.data.settings import Ratings, Source
from instructmining.example import read_examples
from tests.unit.data.made import read_report

A, B = {"instruction": "Say a", "output": "a"}, {"instruction": "Say b", "output": "b"}
TURNS = [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Hello"}]


def imported(folder: Path, path: str | list[str], **settings: Any) -> tuple[list[tuple[str, str]], SourceReport]:
    """Import a path; prompt and response of each example, and the report."""
    outputs = [folder / f"out{suffix}" for suffix in (".parquet", ".report.json", ".quarantine.jsonl")]
    import_source("x", Source.model_validate({"path": path, **settings}), 0, *outputs)
    examples = [(example.instruction, example.response) for example in read_examples(outputs[0])]
    return examples, read_report(SourceReport, outputs[1])


def lines(*rows: Any) -> bytes:
    return "".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows).encode()


def parquet(**columns: Any) -> bytes:
    stream = io.BytesIO()
    pq.write_table(pa.table(columns), stream)
    return stream.getvalue()


BOTH = [("Say a", "a"), ("Say b", "b")]
READ = {
    "binary columns": ("in.parquet", parquet(instruction=["Say é".encode()], output=["é".encode()]), [("Say é", "é")]),
    "gzip named jsonl": ("in.jsonl", gzip.compress(lines(A, B)), BOTH),
    "gzip in capitals": ("IN.JSONL.GZ", gzip.compress(lines(A, B)), BOTH),
    "semicolons": ("semicolon.csv", b"instruction;output\nSay a;a\n", BOTH[:1]),
    "tabs": ("tab.csv", b"instruction\toutput\nSay a\ta\n", BOTH[:1]),
    "an object with line breaks": ("data.json", json.dumps({"version": "1", "data": [A, B]}, indent=2).encode(), BOTH),
    "one row with line breaks": (
        "single.json",
        json.dumps({"conversations": TURNS}, indent=2).encode(),
        [("Hi", "Hello")],
    ),
    "UTF-16": ("in.jsonl", lines(A, B).decode().encode("utf-16"), BOTH),
    "CSV in UTF-16": ("in.csv", "instruction,output\r\nSay a,a\r\n".encode("utf-16"), BOTH[:1]),
    "braces in the name": ("set{1}.jsonl", lines(A), BOTH[:1]),
    "a struct of lists": (
        "in.parquet",
        parquet(conversations=[{"from": ["human", "gpt"], "value": ["Hi", "Hello"]}]),
        [("Hi", "Hello")],
    ),
}


@pytest.mark.parametrize("kind", READ)
def test_a_file_is_imported_as_it_was_meant(tmp_path: Path, kind: str) -> None:
    name, content, examples = READ[kind]
    (tmp_path / name).write_bytes(content)
    assert imported(tmp_path, str(tmp_path / name))[0] == examples


BAD = {
    "a key twice": ("in.jsonl", lines('{"instruction": "Say a", "output": "1", "output": "2"}', B), r'in\.jsonl:1: key "output" stands twice'),
    "bytes": ("in.parquet", parquet(instruction=[b"\xff", b"Say b"], output=[b"a", b"b"]), r"in\.parquet: row 1: bytes that are not UTF-8"),
    "a stray quote": ("stray.csv", b'instruction,output\nSay a,"5" pipe\nSay b,b\n', r"stray\.csv:2: a quote is not closed"),
    "an unclosed quote": ("unclosed.csv", b'instruction,output\nSay a,"a\nSay b,b\n', r"unclosed\.csv:2: a quote is not closed"),
    "Windows-1252": ("in.csv", "instruction,output\nSay é,é\nSay b,b\n".encode("cp1252"), r"in\.csv:2: not Unicode text; .* in Windows-1252 it is é"),
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_row_is_named_and_with_quarantine_the_others_are_kept(tmp_path: Path, kind: str) -> None:
    name, content, message = BAD[kind]
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=message):
        imported(tmp_path, str(tmp_path / name))
    examples, report = imported(tmp_path, str(tmp_path / name), on_bad_row="quarantine")
    assert (examples, report.rows_in, sum(report.dropped.values())) == ([("Say b", "b")], 2, 1)


@pytest.mark.parametrize(("name", "content", "message"), [
    ("in.jsonl", bz2.compress(lines(A)), "this is a bzip2 archive"),
    ("in.json", json.dumps({"train": [A], "test": [B]}).encode(), "one JSON object, not rows: its field train is"),
    ("in.json", b'[{"instruction": "Say a", "output": "a"},\n {"instruction": }]', r"broken JSON: row 2: .* line 2 column 18"),
])  # fmt: skip
def test_what_cannot_be_read_is_said(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=rf"{name}: cannot be read: .*{message}"):
        imported(tmp_path, str(tmp_path / name))


def several(folder: Path) -> Path:
    """A folder with two data files and a page about them."""
    (folder / "folder").mkdir()
    (folder / "folder" / "a.jsonl").write_bytes(lines(A))
    (folder / "folder" / "b.csv").write_bytes(b"instruction,output\nSay b,b\n")
    (folder / "folder" / "README.md").write_text("# About")
    return folder / "folder"


@pytest.mark.parametrize(
    "path", ["folder", "folder/*", ["folder/a.jsonl", "folder/b.csv"], "~/folder", "$HOME/folder/"]
)
def test_a_folder_a_pattern_or_a_list_is_one_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str | list[str]
) -> None:
    several(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    examples, report = imported(tmp_path, path)
    assert examples == BOTH and report.sha256 and report.origin.startswith("2 files: ")
    assert ("; not read: README.md" in report.origin) == (not isinstance(path, list))


def test_a_bad_row_of_several_files_is_named_by_its_file(tmp_path: Path) -> None:
    (several(tmp_path) / "b.csv").write_text("instruction,output\nSay b,\n")
    with pytest.raises(DataError, match=r"folder/b\.csv:2: field \"output\" is empty"):
        imported(tmp_path, str(tmp_path / "folder"))


def test_ratings_and_prompts_of_several_files_are_read_too(tmp_path: Path) -> None:
    for name in ("a", "b"):
        row = {"prompt": f"Say {name}", "chosen": name, "rejected": "no"}
        (tmp_path / f"{name}.jsonl").write_bytes(lines(row))
    path, report = str(tmp_path / "*.jsonl"), tmp_path / "report.json"
    import_ratings("r", Ratings(path=path), 0, [], tmp_path / "e.parquet", tmp_path / "j.parquet", report)
    assert read_report(RatingsReport, report).pairs == 2
    assert [prompt.turns for prompt in read_prompts("p", PromptSet(path=path))] == [("Say a",), ("Say b",)]
