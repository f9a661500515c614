"""Whether a config asks for more examples than its sources can give, as far as this is known before they are read."""

from collections.abc import Mapping

from instructmining.comparison.settings import Comparison
from instructmining.data.settings import Pool, Source
from instructmining.selection.settings import Selection


def subset_problems(sources: Mapping[str, Source], candidates: Pool | None, examples: int) -> list[str]:
    """What is wrong with the size of the subsets."""
    return _too_many(sources, "candidates", candidates, {"sampling.examples": [examples]}) if candidates else []


def selection_problems(
    sources: Mapping[str, Source], pools: Mapping[str, Pool], selection: Selection, comparison: Comparison
) -> list[str]:
    """What is wrong with the sizes of selections from some pools."""
    search = [selection.search.high] if selection.search else []
    asked = {
        "selection.examples": [selection.examples] if selection.examples else [],
        "selection.search.high": search,
        "comparison.sizes": comparison.sizes,
    }
    return [problem for name, pool in pools.items() for problem in _too_many(sources, name, pool, asked)]


def _too_many(sources: Mapping[str, Source], name: str, pool: Pool, asked: Mapping[str, list[int]]) -> list[str]:
    """The numbers that are above what a pool can have."""
    most = [_most(sources, source) for source in pool.sources]
    known = sum(number for number in most if number is not None) if None not in most else None
    return [
        f"{key}: {number:,} examples are asked for, but the sources of pools.{name} give at most {known:,};"
        " ask for fewer, or raise the limits of the sources"
        for key, numbers in asked.items()
        for number in numbers
        if known is not None and number > known
    ]


def _most(sources: Mapping[str, Source], name: str) -> int | None:
    """The most examples that a source can give; None where only its data say."""
    source = sources.get(name)
    if source is None:
        return None
    origin = sources.get(source.degrade.source) if source.degrade else None
    limits = [source.limit, *([origin.limit, _tasks(origin)] if origin else []), _tasks(source)]
    return min((limit for limit in limits if limit is not None), default=None)


def _tasks(source: Source) -> int | None:
    return source.tasks.count if source.tasks else None
