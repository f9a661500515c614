"""Links of prepared models outlive moves, are renewed where they do not, and name what is gone."""

from pathlib import Path
from typing import Any

import pytest

from instructmining.jobs.lost_files import check_links
from instructmining.models.links import dangling, link, relink
from instructmining.models.load import load_base_model
from instructmining.models.prepare import gather, prepare
from instructmining.models.settings import ModelFiles
from tests.unit.models.made import OUTPUT, PREPARED, a_model, equal

pytestmark = pytest.mark.usefixtures("workplace")


def test_a_working_directory_that_moves_takes_its_models_along(
    tiny_tokenizer: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = a_model(tiny_tokenizer)
    prepare(ModelFiles(path="models/one"), OUTPUT, gather)
    (tmp_path / "work").rename(tmp_path / "moved")
    monkeypatch.chdir(tmp_path / "moved")
    assert equal(load_base_model(PREPARED, "fp32"), model)


def test_links_to_files_outside_of_the_working_directory_are_absolute(tiny_tokenizer: Any, tmp_path: Path) -> None:
    a_model(tiny_tokenizer, "../far")
    prepare(ModelFiles(path="../far"), OUTPUT, gather)
    assert (PREPARED / "config.json").readlink() == tmp_path.resolve() / "far" / "config.json"


def test_results_that_are_a_link_to_another_disk_still_find_the_models(tiny_tokenizer: Any, tmp_path: Path) -> None:
    (tmp_path / "scratch" / "deep").mkdir(parents=True)
    Path("results").symlink_to(tmp_path / "scratch" / "deep")
    model = a_model(tiny_tokenizer)
    prepare(ModelFiles(path="models/one"), OUTPUT, gather)
    assert equal(load_base_model(PREPARED, "fp32"), model)


def test_links_of_the_hubs_cache_are_followed_when_a_model_is_prepared(tiny_tokenizer: Any) -> None:
    a_model(tiny_tokenizer, "blobs")
    snapshot = Path("snapshots/commit")
    snapshot.mkdir(parents=True)
    for path in Path("blobs").iterdir():
        (snapshot / path.name).symlink_to(f"../../blobs/{path.name}")
    prepare(ModelFiles(path="snapshots/commit"), OUTPUT, gather)
    assert str((PREPARED / "config.json").readlink()) == "../../../blobs/config.json"


def test_links_are_renewed_from_where_the_files_are_now(tiny_tokenizer: Any) -> None:
    model = a_model(tiny_tokenizer)
    prepare(ModelFiles(path="models/one"), OUTPUT, gather)
    described = OUTPUT.stat()
    Path("models/one").rename("moved")
    renewed = relink(PREPARED, Path("moved"))
    assert {path.name for path in renewed} == {path.name for path in Path("moved").iterdir()}
    assert equal(load_base_model(PREPARED, "fp32"), model)
    assert OUTPUT.stat() == described


def test_links_that_lead_somewhere_and_files_that_are_nowhere_are_left_alone(tiny_tokenizer: Any) -> None:
    a_model(tiny_tokenizer)
    a_model(tiny_tokenizer, "models/other", 2.0)
    prepare(ModelFiles(path="models/one"), OUTPUT, gather)
    for name in ("model.safetensors", "config.json"):
        Path("models/one", name).unlink()
    Path("models/other/config.json").unlink()
    assert relink(PREPARED, Path("models/other")) == [PREPARED / "model.safetensors"]
    assert "one" in str((PREPARED / "tokenizer.json").readlink())


def test_of_several_files_that_are_gone_the_first_is_named_and_the_others_are_counted() -> None:
    for name in ("a", "b", "c"):
        Path(name).touch()
        link(Path("prepared", name), Path(name))
    check_links(Path("prepared"))
    for name in ("a", "c"):
        Path(name).unlink()
    assert [path.name for path in dangling(Path("prepared"))] == ["a", "c"]
    with pytest.raises(FileNotFoundError, match=r"prepared/a -> \.\./a \(and 1 more\)"):
        check_links(Path("prepared"))
