"""The content of files tells whether they are the same, whatever their names and times."""

import hashlib
import json
import os
import time
from pathlib import Path

import pytest

from instructmining.jobs import content
from instructmining.jobs.content import Contents, sampled_hash

LONG_AGO = (1577836800, 1577836800)


@pytest.fixture
def contents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Contents:
    """Hashes that are kept at once, though the files have just been written."""
    monkeypatch.setattr(content, "SETTLED_SECONDS", -1.0)
    return Contents(tmp_path / "kept" / "contents.json")


def test_a_hash_is_that_of_the_bytes(contents: Contents, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"text")
    assert contents.hash(tmp_path / "a") == hashlib.sha256(b"text").hexdigest()[:16]


def test_a_file_is_read_once_by_this_process_and_the_next(
    contents: Contents, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").write_bytes(b"text")
    first = contents.hash(tmp_path / "a")
    monkeypatch.setattr(content, "file_hash", lambda path: pytest.fail(f"{path} is read again"))
    assert contents.hash(tmp_path / "a") == Contents(contents.path).hash(tmp_path / "a") == first


def test_another_text_is_seen_whatever_its_size_and_times(contents: Contents, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"text")
    os.utime(path, LONG_AGO)
    before = contents.hash(path)
    path.write_bytes(b"next")
    os.utime(path, LONG_AGO)
    assert contents.hash(path) != before


def test_a_file_that_replaces_another_is_seen_whatever_its_times(contents: Contents, tmp_path: Path) -> None:
    for name, text in (("a", b"text"), ("b", b"next")):
        (tmp_path / name).write_bytes(text)
        os.utime(tmp_path / name, LONG_AGO)
    before = contents.hash(tmp_path / "a")
    (tmp_path / "b").rename(tmp_path / "a")
    assert contents.hash(tmp_path / "a") != before


def test_a_touched_renamed_or_linked_file_is_the_same(contents: Contents, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"text")
    before = contents.hash(path)
    path.touch()
    (tmp_path / "link").symlink_to(path)
    assert (
        contents.hash(path) == contents.hash(tmp_path / "link") == contents.hash(path.rename(tmp_path / "b")) == before
    )


def test_the_hash_of_a_file_that_was_just_written_is_not_kept(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"text")
    assert Contents(tmp_path / "contents.json").hash(tmp_path / "a")
    assert not (tmp_path / "contents.json").exists()


@pytest.mark.parametrize("text", ["", "{", "[1]", json.dumps({"a": 1})])
def test_what_is_kept_is_made_again_where_it_is_damaged(tmp_path: Path, text: str) -> None:
    (tmp_path / "contents.json").write_text(text)
    (tmp_path / "a").write_bytes(b"text")
    assert Contents(tmp_path / "contents.json").hash(tmp_path / "a") == hashlib.sha256(b"text").hexdigest()[:16]


def test_of_a_large_file_size_time_and_samples_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "SAMPLE_BYTES", 10)
    path = tmp_path / "large"
    path.write_bytes(bytes(range(250)) * 40)
    os.utime(path, LONG_AGO)
    before = sampled_hash(path)
    assert sampled_hash(path) == before
    with path.open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        file.write(b"\0")
    os.utime(path, LONG_AGO)
    assert sampled_hash(path) != before, "the last bytes are a sample"
    os.utime(path, (time.time(), time.time()))
    assert sampled_hash(path) != before
