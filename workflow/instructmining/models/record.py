"""The record of a prepared model, `model.json`: the input of all that depends on the model."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ModelRecord:
    """`models/{model}/model.json`: which files a model consists of, but not where they are."""

    settings: dict[str, str]
    """What the config asked for: `hub`, `revision`, `package`, `gguf_file`, where given."""
    hash: str
    """One hash of all files."""
    files: dict[str, str]
    """SHA-256 of each file, by its path in the folder."""
    commit: str | None = None
    """Hub only: the commit that was loaded."""
