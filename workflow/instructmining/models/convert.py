"""Bring the files of a scorer's own model into one folder, as safetensors: some are published in an older format alone.

Such weights are pickles; they are read as plain tensors (no code in them is run) and written anew, once.

    python -m instructmining.models.convert --settings '{"hub": "MingZhong/unieval-dialog"}' \
        --output results/models/unieval/model.json
"""

import argparse
from pathlib import Path

import torch
from safetensors.torch import save_file

from instructmining.files import replacing, write_json
from instructmining.models.prepare import bring, describe, find
from instructmining.models.settings import ModelFiles
from instructmining.progress import start_log

OLD = "pytorch_model*.bin"


def main() -> None:
    """Prepare one model."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--settings", required=True, type=ModelFiles.model_validate_json)
    parser.add_argument("--output", required=True, type=Path)
    arguments = parser.parse_args()
    start_log()
    folder = arguments.output.parent
    folder.mkdir(parents=True, exist_ok=True)
    if arguments.settings.hub and not list(find(arguments.settings).glob("*.safetensors")):
        fetch_old(arguments.settings)
    origin = bring(arguments.settings, folder)
    to_safetensors(folder)
    write_json(arguments.output, describe(arguments.settings, folder, origin))


def fetch_old(settings: ModelFiles) -> None:
    """Bring weights in the older format into the cache of the hub, beside the other files of the model."""
    from huggingface_hub import snapshot_download

    assert settings.hub  # as asked before
    snapshot_download(settings.hub, revision=settings.revision, allow_patterns=[OLD])


def to_safetensors(folder: Path) -> None:
    """Replace weights in the older format; raises FileNotFoundError where a folder has weights in neither."""
    old = sorted(folder.glob(OLD))
    if not list(folder.glob("*.safetensors")):
        if not old:
            raise FileNotFoundError(f"{folder}: no weights there, neither *.safetensors nor {OLD}")
        weights = {
            name: tensor.clone().contiguous()  # tied weights share memory, which safetensors does not know
            for path in old
            for name, tensor in torch.load(path, map_location="cpu", weights_only=True, mmap=True).items()
        }
        with replacing(folder / "model.safetensors") as temporary:
            save_file(weights, temporary, metadata={"format": "pt"})
    for path in [*old, *folder.glob("pytorch_model.bin.index.json")]:
        path.unlink()


if __name__ == "__main__":
    main()
