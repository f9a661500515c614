"""How many examples a selection has."""

from pathlib import Path

from instructmining.files import read_json
from instructmining.selection.settings import Selection


def sized(settings: Selection, found: Path | None) -> Selection:
    """The settings with the size that a search found; unchanged where none was made."""
    if found is None:
        return settings
    return settings.model_copy(update={"examples": read_json(found)["examples"], "search": None})


def selection_size(pool: int, examples: int | None, fraction: float | None) -> int:
    """`examples`, or the rounded share of the pool but at least one; raises ValueError where the pool is too small."""
    size = examples if examples is not None else max(1, round((fraction or 0) * pool))
    if size > pool:
        raise ValueError(
            f"{size} examples are asked for, but the pool has {pool} after cleaning;"
            " ask for fewer (selection.examples, comparison.sizes) or add sources to the pool"
        )
    return size
