"""Bring the files of a scorer's own model into one folder, as safetensors: some are only published in an older format.

Old weights are pickles; they are read as plain tensors (no code in them is run) and rewritten, once.

    python -m instructmining.models.convert --settings '{"hub": "MingZhong/unieval-dialog"}' \
        --output results/models/unieval/model.json
"""

from pathlib import Path

import torch
from safetensors.torch import save_file

from instructmining.command import run_main
from instructmining.files import replacing
from instructmining.models.prepare import folder_of, gather, run_command
from instructmining.models.settings import ModelFiles

OLD = "pytorch_model*.bin"


def main() -> None:
    """Prepare one model."""
    run_command(__doc__, gather_safetensors)


def gather_safetensors(settings: ModelFiles, folder: Path) -> Path:
    """Fill `folder` with the files of a model, its weights as safetensors, and return where they came from."""
    if settings.hub and not list(folder_of(settings).glob("*.safetensors")):
        download_old_weights(settings)
    origin = gather(settings, folder)
    to_safetensors(folder)
    return origin


def download_old_weights(settings: ModelFiles) -> None:
    """Download weights in the older format to the cache of the hub, beside the other files of the model."""
    from huggingface_hub import snapshot_download

    assert settings.hub  # as asked before
    snapshot_download(settings.hub, revision=settings.revision, allow_patterns=[OLD])


def to_safetensors(folder: Path) -> None:
    """Replace weights in the older format; raises FileNotFoundError where a folder has no weights in either format."""
    old = sorted(folder.glob(OLD))
    if not list(folder.glob("*.safetensors")):
        if not old:
            raise FileNotFoundError(f"{folder}: contains no weights; expected *.safetensors or {OLD}")
        weights = {
            name: tensor.clone().contiguous()  # tied weights share memory, which safetensors does not support
            for path in old
            for name, tensor in torch.load(path, map_location="cpu", weights_only=True, mmap=True).items()
        }
        with replacing(folder / "model.safetensors") as temporary:
            save_file(weights, temporary, metadata={"format": "pt"})
    for path in [*old, *folder.glob("pytorch_model.bin.index.json")]:
        path.unlink()


if __name__ == "__main__":
    run_main(main)
