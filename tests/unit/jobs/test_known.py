"""What is known about the library's code is found once."""

import json
from pathlib import Path

import pytest

from instructmining.jobs import known as module
from instructmining.jobs.fingerprint import fingerprint
from instructmining.jobs.known import KnownCode
from instructmining.jobs.read_settings import fields_read
from instructmining.sampling.settings import Sampling

DRAW = "instructmining.sampling.sample_subset"


def written(path: Path) -> Path:
    code = KnownCode(path)
    assert code.fingerprint(DRAW) == fingerprint(DRAW)
    assert code.fields_read(DRAW, Sampling) == fields_read(DRAW, Sampling)
    return path


def test_what_was_kept_is_not_found_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = written(tmp_path / "code.json")
    monkeypatch.setattr(module, "fingerprint", pytest.fail)
    monkeypatch.setattr(module, "fields_read", pytest.fail)
    code = KnownCode(kept)
    assert code.fingerprint(DRAW) == fingerprint(DRAW)
    assert code.fields_read(DRAW, Sampling) == fields_read(DRAW, Sampling)


@pytest.mark.parametrize("of", ["files_hash", "version"])
def test_what_was_found_about_other_code_or_by_another_python_is_found_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, of: str
) -> None:
    kept = written(tmp_path / "code.json")
    if of == "files_hash":
        monkeypatch.setattr(module, "files_hash", lambda: "other")
    else:
        monkeypatch.setattr(module.sys, "version", "other")
    monkeypatch.setattr(module, "fingerprint", lambda command: f"new {command}")
    assert KnownCode(kept).fingerprint(DRAW) == f"new {DRAW}"


@pytest.mark.parametrize("text", ["", "[]", "{}", json.dumps({"code": "x"})])
def test_a_damaged_file_is_as_good_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "code.json").write_text(text)
    assert KnownCode(tmp_path / "code.json").fingerprint(DRAW) == fingerprint(DRAW)
