"""A model is scored with only if its files hold all of it."""

from pathlib import Path
from typing import Any


def check_complete(folder: Path, info: dict[str, Any]) -> None:
    """Raise ValueError where weights of the model were not in its files: they would be random, and so the scores."""
    if missing := sorted(info["missing_keys"]) + sorted(map(str, info["mismatched_keys"])):
        raise ValueError(
            f"{folder}: {len(missing)} weights of the model are not in its files,"
            f" e.g. {missing[:3]}; is this another kind of model?"
        )
