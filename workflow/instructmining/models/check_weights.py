"""A model is used for scoring only if its files contain all of its weights."""

from pathlib import Path
from typing import Any


def check_complete(folder: Path, info: dict[str, Any]) -> None:
    """Raise ValueError where weights of the model are not in its files: they, and the scores, would be random."""
    if missing := sorted(info["missing_keys"]) + sorted(map(str, info["mismatched_keys"])):
        raise ValueError(
            f"{folder}: {len(missing)} weights of the model are not in its files,"
            f" e.g. {missing[:3]}; is this the right kind of model?"
        )
