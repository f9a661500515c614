"""A file of a prepared model that is gone is found before the model is loaded."""

from pathlib import Path

import pytest

from instructmining.jobs.lost_files import check_links


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A prepared model of two links to files elsewhere."""
    folder, files = tmp_path / "model", tmp_path / "files"
    for made in (folder, files):
        made.mkdir()
    for name in ("config.json", "model.safetensors"):
        (files / name).touch()
        (folder / name).symlink_to(files / name)
    return folder


def test_a_model_with_all_its_files_passes(folder: Path) -> None:
    check_links(folder)


def test_a_file_that_is_gone_is_named_with_the_command_that_prepares_the_model(folder: Path) -> None:
    for path in folder.iterdir():
        path.resolve().unlink()
    with pytest.raises(FileNotFoundError, match=r"config\.json -> .*config\.json \(and 1 more\)") as error:
        check_links(folder)
    assert f"`snakemake --force {folder / 'model.json'}`" in str(error.value)
