"""Whether eval sets are disjoint from each other and from the pools: no model is tested on what it was tuned on."""

from collections.abc import Mapping, Sequence
from itertools import combinations, product

from instructmining.data.reading.paths import same_files
from instructmining.data.settings import EvalSet, Pool, Role, Source


def eval_set_problems(
    sources: Mapping[str, Source], pools: Mapping[str, Pool], eval_sets: Mapping[str, EvalSet], needed: Sequence[Role]
) -> list[str]:
    """What is wrong with eval sets: a needed role that none has, or data shared with another one or with a pool."""
    roles = {eval_set.role for eval_set in eval_sets.values()}
    problems = [f"eval_sets: no eval set has the role {role}" for role in needed if role not in roles]
    for (a, first), (b, second) in combinations(eval_sets.items(), 2):
        shared = _shared(sources, first.sources, second.sources)
        if shared and not _disjoint_parts(first.part, second.part):
            problems.append(
                f"eval_sets.{b}: source {shared[0]} is already in eval_sets.{a} (role {first.role});"
                " eval sets must not overlap: use another source, or different parts of it, such as part: 1/2 and 2/2"
            )
    for name, pool in pools.items():
        for other, eval_set in eval_sets.items():
            problems += [
                f"eval_sets.{other}.sources: source {source} is also in pools.{name}; use it in pools or in eval sets"
                for source in _shared(sources, pool.sources, eval_set.sources)
            ]
    return problems


def _shared(sources: Mapping[str, Source], first: list[str], second: list[str]) -> list[str]:
    """The sources of `second` whose data are also in `first`, under that name or another."""
    pairs = product(sorted(second), first)
    return [
        name if name == other else f"{name}, which shares data with {other},"
        for name, other in pairs
        if name == other or _origins(sources, name) & _origins(sources, other)
    ]


def _origins(sources: Mapping[str, Source], name: str) -> set[tuple[str, ...]]:
    """What a source is read from; for a degraded variant, what its original is read from."""
    source = sources.get(name)
    if source is None:
        return set()
    if source.degrade:
        return {("source", source.degrade.source)} | _origins(sources, source.degrade.source)
    if source.path:
        return {("path", file) for file in same_files(source.path)}
    if source.hub:
        return {("hub", source.hub, source.configuration or "", source.split)}
    if source.documentation:
        return {("package", package) for package in source.documentation.packages}
    return {("source", name)}


def _disjoint_parts(first: str | None, second: str | None) -> bool:
    """Whether these are different parts of the same division, such as `1/2` and `2/2`."""
    if first is None or second is None:
        return False
    (part, parts), (other_part, other_parts) = first.split("/"), second.split("/")
    return parts == other_parts and part != other_part
