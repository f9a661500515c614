"""A fine-tune that is repeated with the others of its job takes what it has left, if all that it depends on is the same."""

from dataclasses import replace
from pathlib import Path

import pytest

from instructmining.training.kept_losses import SHARED_JOB, KeptLosses
from instructmining.training.step import Step, Trained
from instructmining.training.store import WEIGHTS, Entry

TRAINED = Trained(8, 1, "cpu", [Step(2.0, 30, 0.1)], seconds=9.0, seconds_before=4.0)


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> KeptLosses:
    """Those of a run that was finished in a job of several."""
    monkeypatch.setenv(SHARED_JOB, "yes")
    entry = Entry(tmp_path / "store", {"seed": 0})
    entry.keep(lambda folder: (folder / WEIGHTS).write_text("weights"), TRAINED)
    for name in ("record", "losses"):
        (tmp_path / name).write_text(name)
    kept = KeptLosses(entry, {"eval_sets": {"docs": "abc"}})
    kept.keep(tmp_path / "record", tmp_path / "losses")
    return kept


def give(kept: KeptLosses, folder: Path) -> dict[str, str] | None:
    """What is given, by file; None where there is nothing to give."""
    given = kept.give(folder / "record", folder / "losses", folder / "adapter")
    texts = {path.name: path.read_text() for path in folder.rglob("*") if path.is_file() and path.suffix != ".json"}
    assert bool(texts) == given
    return texts or None


def test_what_was_kept_is_given_with_the_adapter(kept: KeptLosses, tmp_path: Path) -> None:
    given = give(kept, tmp_path / "again")
    assert given == {"record": "record", "losses": "losses", WEIGHTS: "weights"}


def test_nothing_is_given_for_another_eval_set(kept: KeptLosses, tmp_path: Path) -> None:
    assert give(replace(kept, depends_on={"eval_sets": {"docs": "abd"}}), tmp_path / "again") is None


def test_nothing_is_given_if_the_adapter_is_damaged(kept: KeptLosses, tmp_path: Path) -> None:
    (kept.entry.folder / WEIGHTS).write_text("weighty")
    assert give(kept, tmp_path / "again") is None


def test_nothing_is_given_or_kept_in_a_job_of_ones_own(
    kept: KeptLosses, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(SHARED_JOB)
    assert give(kept, tmp_path / "again") is None
    other = replace(kept, depends_on={})
    other.keep(tmp_path / "record", tmp_path / "losses")
    assert not other.folder.exists()
