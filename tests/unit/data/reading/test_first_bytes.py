"""What a file is by its first bytes, whatever it is called."""

import bz2
import gzip
import io
import lzma
import sqlite3
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from instructmining.data.errors import DataError
from tests.unit.data.reading.conftest import Read

LINES = b'{"a": 1}\n{"a": 2}\n'
ROWS = [{"a": 1}, {"a": 2}]


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress], ids=["gzip", "zstd"])
@pytest.mark.parametrize("name", ["in.jsonl", "IN.JSONL.GZ", "in.json.zst", "in.jsonl.gzip", "in.JSON.Zst"])
def test_a_packed_file_is_unpacked_whatever_its_name(read: Read, name: str, pack: Callable[[bytes], bytes]) -> None:
    assert read(pack(LINES), name) == ROWS


def test_a_file_that_is_packed_twice_and_one_that_is_not_packed_as_its_name_says_are_read(read: Read) -> None:
    assert read(gzip.compress(zstandard.compress(LINES)), "in.jsonl.gz") == ROWS
    assert read(LINES, "in.jsonl.gz") == ROWS


def test_archives_that_follow_each_other_are_read_to_the_end(read: Read) -> None:
    assert read(gzip.compress(LINES) + gzip.compress(LINES), "in.jsonl.gz") == ROWS * 2


def tar() -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("in.jsonl"))
    return stream.getvalue()


def zipped() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("in.jsonl", LINES)
    return stream.getvalue()


def database(folder: Path) -> bytes:
    with sqlite3.connect(folder / "x.db") as connection:
        connection.execute("create table x (a)")
    return (folder / "x.db").read_bytes()


SAID = {
    "bzip2": (bz2.compress(LINES), "in.jsonl", "this is a bzip2 archive; .*: unpack it first"),
    "xz": (lzma.compress(LINES), "in.jsonl", "this is an xz archive; .*: unpack it first"),
    "zip": (zipped(), "in.csv", "this is a zip archive or an Excel workbook"),
    "tar": (tar(), "in.jsonl", "this is a tar archive"),
    "tar in gzip": (gzip.compress(tar()), "in.jsonl.gz", "this is a tar archive"),
    "Git LFS": (
        b"version https://git-lfs.github.com/spec/v1\noid",
        "in.parquet",
        "a pointer of Git LFS.* `git lfs pull`",
    ),
    "HTML": (b"\n<!doctype html>\n<html>", "in.csv", "this is a web page"),
    "pickle": (b"\x80\x04\x95", "in.json", "a pickle, which is never opened"),
}


@pytest.mark.parametrize(("content", "name", "message"), SAID.values(), ids=SAID)
def test_what_is_not_read_is_said_in_one_line(read: Read, content: bytes, name: str, message: str) -> None:
    with pytest.raises(DataError, match=rf"{name}: cannot be read: .*{message}") as error:
        read(content, name)
    assert "\n" not in str(error.value)


def test_a_database_is_said(read: Read, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="this is an SQLite database"):
        read(database(tmp_path), "in.csv")


@pytest.mark.parametrize("name", ["in.jsonl", "in.csv"])
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-8-sig"])
def test_unicode_is_read_in_every_encoding_with_a_mark_and_without(read: Read, encoding: str, name: str) -> None:
    text = 'a,b\nSay é,"😀, x"\n' if name.endswith("csv") else '{"a": "Say é", "b": "😀, x"}\n'
    assert read(text.encode(encoding), name) == [{"a": "Say é", "b": "😀, x"}]


def test_half_a_character_of_utf_16_is_not_read_as_anything(read: Read) -> None:
    with pytest.raises(DataError, match=r"cannot be read: .*truncated"):
        read('{"a": "x"}'.encode("utf-16")[:-1])


@pytest.mark.parametrize("text", ['[{"a": 1}]', '\n{"a": 1}\n'])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_json_that_is_called_csv_is_read(read: Read, text: str, encoding: str) -> None:
    assert read(text.encode(encoding), "in.csv") == [{"a": 1}]


@pytest.mark.parametrize(
    ("name", "text"), [("in.csv", "a,b\né,2\nx,3\n"), ("in.jsonl", '{"a": "é"}\n{"a": "x", "b": "3"}\n')]
)
def test_windows_1252_is_said_and_the_rows_in_ascii_are_read(read: Read, name: str, text: str) -> None:
    bad, good = read(text.encode("cp1252"), name)
    assert bad == (
        'not Unicode text; field "a": the byte 0xe9 is not UTF-8; in Windows-1252 it is é:'
        " if the file is in that, run `iconv -f WINDOWS-1252 -t UTF-8` on it"
    )
    assert good == {"a": "x", "b": "3"}
