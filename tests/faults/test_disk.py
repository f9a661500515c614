"""A disk that is full, or that cannot be written: a clear error, and nothing half-written that passes for whole."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from instructmining.files import write_json, write_text
from tests.workflow.conftest import Run

pytestmark = pytest.mark.slow


def mount(folder: Path, options: str) -> None:
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 200 kB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount(folder, "size=200k")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def test_what_does_not_fit_leaves_what_was_there(small_disk: Path) -> None:
    path = small_disk / "result.json"
    write_json(path, {"value": 1})
    before = path.read_text()
    with pytest.raises(OSError, match="No space left on device"):
        write_text(path, "x" * 1_000_000)
    assert path.read_text() == before
    assert list(small_disk.iterdir()) == [path], "no temporary file is left"


@pytest.fixture
def results_on(run: Run) -> Iterator[Run]:
    """A finished run whose sources lie on a file system of their own."""
    folder = run.folder / "results" / "data" / "sources"
    for path in folder.iterdir():
        path.unlink()
    mount(folder, "size=16k")
    yield run
    subprocess.run(["umount", "--lazy", folder], check=True)


def import_new(run: Run) -> tuple[int, str]:
    done = run.snakemake("results/data/sources/new.parquet", "--show-failed-logs")
    return done.returncode, done.stdout + done.stderr


def test_a_full_disk_stops_a_step_with_a_clear_error_and_leaves_no_output(results_on: Run) -> None:
    folder = results_on.folder / "results" / "data" / "sources"
    (folder / "filler").write_bytes(b"x" * 12 * 1024)
    code, said = import_new(results_on)
    assert code != 0
    assert "No space left on device" in said, said
    assert [path.name for path in folder.iterdir()] == ["filler"]
    (folder / "filler").unlink()
    subprocess.run(["mount", "-o", "remount,size=10m", folder], check=True)
    assert import_new(results_on)[0] == 0


def test_a_folder_that_is_read_only_stops_a_step_with_a_clear_error(results_on: Run) -> None:
    folder = results_on.folder / "results" / "data" / "sources"
    subprocess.run(["mount", "-o", "remount,ro", folder], check=True)
    code, said = import_new(results_on)
    assert code != 0
    assert "Read-only file system" in said, said
    assert list(folder.iterdir()) == []
