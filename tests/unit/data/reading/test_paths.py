"""The files that a path of the config names."""

from hashlib import sha256
from pathlib import Path

import pytest

from instructmining.data.errors import DataError
from instructmining.data.reading.paths import data_format, files_hash, find_files, path_problem, same_files


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two data files, one of them packed, and much that is no data."""
    for name in (
        "data/b.jsonl",
        "data/a.csv.GZ",
        "data/.hidden.jsonl",
        "data/README.md",
        "data/_SUCCESS",
        "data/more/c.json",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return tmp_path


def names(path: str | list[str], root: Path) -> list[str]:
    return [str(file.relative_to(root)) for file in find_files(path, root).files]


A, B, C = "data/a.csv.GZ", "data/b.jsonl", "data/more/c.json"
PATHS = {
    "a file": (B, [B]),
    "a folder": ("data", [A, B]),
    "a folder with a slash": ("data/", [A, B]),
    "a pattern": ("data/*.jsonl", [B]),
    "a pattern that fits other files too": ("data/*", [A, B]),
    "a pattern of folders": ("data/**/*.js*", [B, C]),
    "a set of characters": ("data/[a-c].*", [A, B]),
    "a list in its order": ([B, "data/more", A], [B, C, A]),
}


@pytest.mark.parametrize("kind", PATHS)
def test_a_path_names_data_files(folder: Path, kind: str) -> None:
    path, files = PATHS[kind]
    assert names(path, folder) == files


def test_home_and_environment_variables_mean_what_they_mean_in_a_shell(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("CORPUS", str(folder / "data"))
    assert [names(path, folder) for path in ("~/data/b.jsonl", "$CORPUS/b.jsonl", "${CORPUS}/*.jsonl")] == [[B]] * 3


@pytest.mark.parametrize(
    "name", ["set{1}.jsonl", "set[1].jsonl", "~x.jsonl", "$x.jsonl", "what?.jsonl", "my file.jsonl"]
)
def test_a_file_is_found_by_its_very_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("")
    assert names(name, tmp_path) == [name]


def test_what_is_left_out_is_said(folder: Path) -> None:
    found = find_files("data", folder)
    assert found.left_out == (".hidden.jsonl", "README.md", "_SUCCESS", "more/")
    assert (
        found.in_words() == f"2 files: {folder}/{A}, {folder}/{B}; not read: .hidden.jsonl, README.md, _SUCCESS, more/"
    )
    assert find_files(B, folder).in_words() == f"{folder}/{B}"


def test_of_many_files_the_first_are_named(tmp_path: Path) -> None:
    for number in range(12):
        (tmp_path / f"{number:02}.csv").write_text("")
    assert find_files(str(tmp_path)).in_words().endswith(f"{tmp_path}/09.csv and 2 more")


PROBLEMS = {
    "none.jsonl": r"^file not found: .*/none\.jsonl$",
    "$NOWHERE/a.jsonl": r"^file not found: .*; there is no environment variable \$NOWHERE$",
    "none/*.jsonl": r"none/\*\.jsonl: no data file has such a name; found nothing; expected a name that ends in \.json",
    "data/*.md": r"no data file has such a name; found README\.md; expected",
    "empty": r"empty: this is a folder without data files; found nothing; expected a name that ends in \.json, ",
    "only": r"only: this is a folder without data files; found more/; expected",
}


@pytest.mark.parametrize("path", PROBLEMS)
def test_a_path_without_data_files_says_what_is_there(folder: Path, path: str) -> None:
    (folder / "empty").mkdir()
    (folder / "only" / "more").mkdir(parents=True)
    with pytest.raises(DataError, match=PROBLEMS[path]) as error:
        find_files(path, folder)
    assert path_problem(path, folder) == str(error.value) and "\n" not in str(error.value)
    assert path_problem(B, folder) == ""


def test_a_path_that_no_file_can_have_is_said(folder: Path) -> None:
    assert "File name too long" in path_problem("x" * 300, folder)


@pytest.mark.parametrize("paths", [[B, f"data/../{B}"], ["data", B], ["data/*.jsonl", "link.jsonl"]])
def test_a_file_is_named_once(folder: Path, paths: list[str]) -> None:
    (folder / "link.jsonl").symlink_to(folder / B)
    with pytest.raises(DataError, match="this file is named twice, also as"):
        find_files(paths, folder)


def test_files_are_the_same_under_every_name(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    assert same_files("data") == same_files([f"./{A}", f"data/../{B}"]) == {str(folder / A), str(folder / B)}
    assert same_files(["none/../x.csv"]) == {str(folder / "x.csv")}


def test_the_hash_of_files_is_that_of_the_lines_of_their_hashes(folder: Path) -> None:
    hashes = [sha256(name.encode()).hexdigest() for name in (A, B)]
    assert files_hash([folder / A]) == hashes[0]
    assert files_hash([folder / A, folder / B]) == sha256(f"{hashes[0]}\n{hashes[1]}\n".encode()).hexdigest()


@pytest.mark.parametrize(
    ("name", "form"), [("a.JSONL.gz", ".jsonl"), ("a.csv.zst.gz", ".csv"), ("a.gz", ""), ("a.b.tsv", ".tsv")]
)
def test_the_format_is_the_ending_before_those_of_packed_files(name: str, form: str) -> None:
    assert data_format(Path("x") / name) == form


@pytest.mark.parametrize("path", ["data", "data/*.jsonl"])
def test_a_link_to_a_file_that_is_not_there_is_no_data_file_to_leave_out(folder: Path, path: str) -> None:
    (folder / "data/c.jsonl").symlink_to("gone.jsonl")
    with pytest.raises(DataError, match=r"data/c\.jsonl: a link to a file that is not there"):
        find_files(path, folder)


def test_an_address_is_no_path(folder: Path) -> None:
    with pytest.raises(DataError, match=r"^https://example\.org/a\.jsonl: this is an address, not a path; download"):
        find_files("https://example.org/a.jsonl", folder)
