"""Both definitions of the container install the locks as they are, by the same steps."""

from collections.abc import Callable
from pathlib import Path

import pytest

from instructmining import container_files as module
from instructmining.container_files import APPTAINER, DOCKERFILE, ENVS, LOCKS, apptainer_definition, dockerfile


@pytest.mark.parametrize(("path", "made"), [(DOCKERFILE, dockerfile), (APPTAINER, apptainer_definition)])
def test_a_definition_has_not_drifted_from_the_locks(path: Path, made: Callable[[dict[str, str]], str]) -> None:
    assert path.read_text() == made(module.lock_hashes(ENVS)), "run: make config"


@pytest.mark.parametrize("made", [dockerfile, apptainer_definition])
def test_another_lock_makes_another_definition(tmp_path: Path, made: Callable[[dict[str, str]], str]) -> None:
    for name in LOCKS:
        (tmp_path / name).write_text(name)
    before = made(module.lock_hashes(tmp_path))
    (tmp_path / "cuda.lock").write_text("torch==9.9")
    assert made(module.lock_hashes(tmp_path)) != before


def test_both_definitions_install_by_the_same_steps() -> None:
    steps = module.steps(module.lock_hashes(ENVS))
    docker, apptainer = (path.read_text().splitlines() for path in (DOCKERFILE, APPTAINER))
    assert [line.removeprefix("RUN ") for line in docker if line.startswith("RUN ")] == steps
    assert [line.strip() for line in apptainer if line.strip() in steps] == steps


def test_every_lock_is_checked_before_anything_is_installed() -> None:
    assert {path.name for path in ENVS.glob("*.lock")} == set(LOCKS)
    check, *_ = module.steps(module.lock_hashes(ENVS))
    assert all(f"{digest}  {name}" in check for name, digest in module.lock_hashes(ENVS).items())


def test_only_the_locks_are_sent_to_docker() -> None:
    lines = (ENVS.parent / ".dockerignore").read_text().splitlines()
    assert [line for line in lines if not line.startswith("#")] == ["*", "!envs/*.lock"]
