"""A file of the user's goes by its own name, or by a link to it where the engine would read the name as more."""

from pathlib import Path

import pytest

from instructmining.jobs.plain_name import plain_name


@pytest.mark.parametrize("name", ["a.jsonl", "two words.jsonl", "$(touch pwned)", "größe*[a]?.csv", "-rf"])
def test_a_name_that_means_nothing_stays(tmp_path: Path, name: str) -> None:
    assert plain_name(Path("data", name), tmp_path) == f"data/{name}"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["set{1}.jsonl", "<x>.jsonl", "two\nlines", "blank "])
def test_a_file_with_another_name_goes_by_a_link(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("the rows")
    link = plain_name(tmp_path / name, tmp_path / "links")
    assert Path(link).read_text() == "the rows"
    assert Path(link).name.isalnum()
    assert plain_name(tmp_path / name, tmp_path / "links") == link
