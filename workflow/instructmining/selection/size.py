"""How many examples a selection has."""


def selection_size(pool: int, examples: int | None, fraction: float | None) -> int:
    """`examples`, or the rounded share of the pool but at least one; raises ValueError where the pool is too small."""
    size = examples if examples is not None else max(1, round((fraction or 0) * pool))
    if size > pool:
        raise ValueError(
            f"{size} examples are asked for, but the pool has {pool} after cleaning;"
            " lower selection.examples or add sources to the pool"
        )
    return size
