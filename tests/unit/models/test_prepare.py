"""A prepared model is the one that was asked for and no other; its links outlive moves, and say so where they do not."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from instructmining.files import read_json, replacing_folder
from instructmining.indicators.text import load_tokenizer as load_counting_tokenizer
from instructmining.models.convert import bring_safetensors
from instructmining.models.links import relink
from instructmining.models.load import load_base_model, load_tokenizer
from instructmining.models.prepare import Fill, bring, prepare
from instructmining.models.question_model import load_question_model
from instructmining.models.reward_model import load_reward_model
from instructmining.models.settings import ModelFiles
from tests.conftest import tiny_llama
from tests.tiny_models import write_gguf

PREPARED = Path("results/models/tiny")
OUTPUT = PREPARED / "model.json"


@pytest.fixture(autouse=True)
def _workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test in a working directory of its own."""
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")


def llama(value: float) -> Any:
    """A Llama that is told from others by a weight."""
    model = tiny_llama()
    model.lm_head.weight.data.fill_(value)
    return model


def single(model: Any, folder: Path) -> None:
    model.save_pretrained(folder)


def shards(model: Any, folder: Path) -> None:
    model.save_pretrained(folder, max_shard_size="20KB")
    assert len(list(folder.glob("*.safetensors"))) > 1


def pickled(model: Any, folder: Path) -> None:
    model.config.save_pretrained(folder)
    torch.save(model.state_dict(), folder / "pytorch_model.bin")


def gguf(model: Any, folder: Path) -> None:
    write_gguf(model, folder / "model.gguf")


def equal(loaded: Any, model: Any, precision: float = 0.0) -> bool:
    """Whether two models have the same weights, but for how they are rounded."""
    weights, expected = loaded.state_dict(), model.state_dict()
    return weights.keys() == expected.keys() and all(
        torch.allclose(weights[name], expected[name], rtol=precision, atol=precision) for name in expected
    )


@pytest.mark.parametrize(
    ("before", "after", "fill", "expected"),
    [
        (single, shards, bring, None),
        (shards, single, bring, {"config.json", "generation_config.json", "model.safetensors"}),
        (single, pickled, bring, {"config.json", "pytorch_model.bin"}),
        (single, pickled, bring_safetensors, {"config.json", "model.safetensors"}),
        (pickled, single, bring_safetensors, {"config.json", "generation_config.json", "model.safetensors"}),
        (gguf, shards, bring, None),
        (shards, gguf, bring, None),
    ],
)
def test_after_a_switch_the_new_weights_are_loaded_and_the_old_files_are_gone(
    before: Callable[[Any, Path], None], after: Callable[[Any, Path], None], fill: Fill, expected: set[str] | None
) -> None:
    old, new = llama(1.0), llama(2.0)
    before(old, Path("models/old"))
    after(new, Path("models/new"))
    for name, write in (("old", before), ("new", after)):
        gguf_file = "model.gguf" if write is gguf else None
        prepare(ModelFiles(path=f"models/{name}", gguf_file=gguf_file), OUTPUT, fill)
    assert equal(load_base_model(PREPARED, "fp32"), new, precision=0.01 if after is gguf else 0.0)
    files = set(read_json(OUTPUT)["files"])
    assert files == {path.name for path in PREPARED.iterdir()} - {OUTPUT.name}
    if after is not gguf:
        assert files == (expected or {path.name for path in Path("models/new").iterdir()})


def a_model(tokenizer: Any, folder: str = "models/one", value: float = 1.0) -> Any:
    """A Llama with its tokenizer in a folder."""
    model = llama(value)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return model


def test_a_working_directory_that_moves_takes_its_models_along(
    tiny_tokenizer: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = a_model(tiny_tokenizer)
    prepare(ModelFiles(path="models/one"), OUTPUT, bring)
    (tmp_path / "work").rename(tmp_path / "moved")
    monkeypatch.chdir(tmp_path / "moved")
    assert equal(load_base_model(PREPARED, "fp32"), model)


def test_links_to_files_outside_of_the_working_directory_are_absolute(tiny_tokenizer: Any, tmp_path: Path) -> None:
    a_model(tiny_tokenizer, "../far")
    prepare(ModelFiles(path="../far"), OUTPUT, bring)
    assert (PREPARED / "config.json").readlink() == tmp_path.resolve() / "far" / "config.json"


def test_results_that_are_a_link_to_another_disk_still_find_the_models(tiny_tokenizer: Any, tmp_path: Path) -> None:
    (tmp_path / "scratch" / "deep").mkdir(parents=True)
    Path("results").symlink_to(tmp_path / "scratch" / "deep")
    model = a_model(tiny_tokenizer)
    prepare(ModelFiles(path="models/one"), OUTPUT, bring)
    assert equal(load_base_model(PREPARED, "fp32"), model)


def test_links_of_the_hubs_cache_are_followed_when_a_model_is_prepared(tiny_tokenizer: Any) -> None:
    a_model(tiny_tokenizer, "blobs")
    snapshot = Path("snapshots/commit")
    snapshot.mkdir(parents=True)
    for path in Path("blobs").iterdir():
        (snapshot / path.name).symlink_to(f"../../blobs/{path.name}")
    prepare(ModelFiles(path="snapshots/commit"), OUTPUT, bring)
    assert str((PREPARED / "config.json").readlink()) == "../../../blobs/config.json"


def test_the_same_files_elsewhere_are_the_same_model(tiny_tokenizer: Any) -> None:
    outputs = [Path(f"results/models/{name}/model.json") for name in ("one", "two")]
    for output, trust in zip(outputs, (False, True), strict=True):
        a_model(tiny_tokenizer, f"models/{output.parent.name}")
        prepare(ModelFiles(path=f"models/{output.parent.name}", trust_remote_code=trust), output, bring)
    assert outputs[0].read_bytes() == outputs[1].read_bytes()
    assert read_json(outputs[0])["settings"] == {}


def test_a_preparation_that_fails_leaves_the_folder_as_it_was(tiny_tokenizer: Any) -> None:
    model = a_model(tiny_tokenizer)
    prepare(ModelFiles(path="models/one"), OUTPUT, bring)
    Path("models/empty").mkdir()
    with pytest.raises(FileNotFoundError, match="no files of a model there"):
        prepare(ModelFiles(path="models/empty"), OUTPUT, bring)
    assert equal(load_base_model(PREPARED, "fp32"), model)
    assert [path.name for path in PREPARED.parent.iterdir()] == ["tiny"]


def test_what_a_killed_job_left_does_no_harm(tiny_tokenizer: Any) -> None:
    a_model(tiny_tokenizer)
    for left in (".tiny.tmp", ".tiny.old"):
        (PREPARED.parent / left).mkdir(parents=True)
        (PREPARED.parent / left / "model.safetensors").write_text("half")
    prepare(ModelFiles(path="models/one"), OUTPUT, bring)
    assert [path.name for path in PREPARED.parent.iterdir()] == ["tiny"]


def test_a_folder_is_replaced_whole_and_only_on_success(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    with replacing_folder(folder) as temporary:
        (temporary / "old").touch()
    with pytest.raises(OSError, match="no"), replacing_folder(folder):
        raise OSError("no")
    assert [path.name for path in folder.iterdir()] == ["old"]
    with replacing_folder(folder) as temporary:
        (temporary / "new").touch()
    assert [path.name for path in folder.iterdir()] == ["new"]


@pytest.mark.parametrize(
    "load",
    [
        load_tokenizer,
        lambda folder: load_counting_tokenizer(folder, trust_remote_code=False),
        lambda folder: load_base_model(folder, "fp32"),
        lambda folder: load_reward_model(folder, "fp32"),
        lambda folder: load_question_model(folder, "fp32"),
    ],
)
def test_a_file_that_is_gone_is_named_with_what_to_do(load: Callable[[Path], Any], tiny_tokenizer: Any) -> None:
    a_model(tiny_tokenizer)
    prepare(ModelFiles(path="models/one"), OUTPUT, bring)
    Path("models/one/model.safetensors").unlink()
    with pytest.raises(FileNotFoundError) as error:
        load(PREPARED)
    for said in (
        "results/models/tiny/model.safetensors -> ../../../models/one/model.safetensors: this link",
        "is gone",
        "`snakemake --force results/models/tiny/model.json`",
    ):
        assert said in str(error.value)


def test_links_are_renewed_from_where_the_files_are_now(tiny_tokenizer: Any) -> None:
    model = a_model(tiny_tokenizer)
    prepare(ModelFiles(path="models/one"), OUTPUT, bring)
    described = OUTPUT.stat()
    Path("models/one").rename("moved")
    renewed = relink(PREPARED, Path("moved"))
    assert {path.name for path in renewed} == {path.name for path in Path("moved").iterdir()}
    assert equal(load_base_model(PREPARED, "fp32"), model)
    assert OUTPUT.stat() == described


def test_links_that_lead_somewhere_and_files_that_are_nowhere_are_left_alone(tiny_tokenizer: Any) -> None:
    a_model(tiny_tokenizer)
    a_model(tiny_tokenizer, "models/other", 2.0)
    prepare(ModelFiles(path="models/one"), OUTPUT, bring)
    for name in ("model.safetensors", "config.json"):
        Path("models/one", name).unlink()
    Path("models/other/config.json").unlink()
    assert relink(PREPARED, Path("models/other")) == [PREPARED / "model.safetensors"]
    assert "one" in str((PREPARED / "tokenizer.json").readlink())


def test_the_command_prepares_a_model(tiny_tokenizer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from instructmining.models import convert

    a_model(tiny_tokenizer)
    settings = json.dumps({"path": "models/one"})
    monkeypatch.setattr("sys.argv", ["convert", "--settings", settings, "--output", str(OUTPUT)])
    convert.main()
    assert "model.safetensors" in read_json(OUTPUT)["files"]
