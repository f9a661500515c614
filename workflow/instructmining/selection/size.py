"""How many examples a selection has."""

from pathlib import Path

from instructmining.command import UserError
from instructmining.files import read_result
from instructmining.selection.found_size import FoundSize
from instructmining.selection.settings import Selection


def sized(settings: Selection, found: Path | None) -> Selection:
    """The settings with the size that a search found, from its `size.json`; unchanged if there was no search."""
    if found is None:
        return settings
    return settings.model_copy(update={"examples": read_result(FoundSize, found).examples, "search": None})


def selection_size(pool: int, examples: int | None, fraction: float | None) -> int:
    """`examples`, or the rounded share of the pool but at least one; raises UserError if the pool is too small."""
    size = examples if examples is not None else max(1, round((fraction or 0) * pool))
    if size > pool:
        raise UserError(
            f"{size} examples are asked for, but the pool has only {pool} after cleaning;"
            " ask for fewer (selection.examples, comparison.sizes), or add sources to the pool"
        )
    return size
