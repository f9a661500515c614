"""Whether the names of a config go together: none is given twice, and none is that of a folder with something else."""

from collections.abc import Collection, Mapping

from instructmining.comparison.arm_kinds import orders
from instructmining.data.settings import EvalSet, Pool
from instructmining.indicators.settings import SCORERS
from instructmining.validation.settings import Validation

LONGEST = 80
"""Characters of a name, two of which may be in the name of one folder."""


def name_problems(
    pools: Mapping[str, Pool],
    eval_sets: Mapping[str, EvalSet],
    models: Collection[str],
    ratings: Collection[str],
    custom: Collection[str],
) -> list[str]:
    """What is wrong with names."""
    members = {f"pools.{name}.sources": pool.sources for name, pool in pools.items()}
    members |= {f"eval_sets.{name}.sources": eval_set.sources for name, eval_set in eval_sets.items()}
    named = {"pools": pools, "eval_sets": eval_sets, "models": models, "quality_rule.ratings": ratings}
    return [
        *_repeated(members),
        *_too_long({**named, "indicators.custom": custom, **members}),
        *(f"models.{name}: this is the name of a scorer; choose another" for name in models if name in SCORERS),
        *_reserved(pools, ratings, models, custom),
        *(
            f"quality_rule.ratings.{name}: a pool has this name, and ratings become a pool of their own; choose another"
            for name in ratings
            if name in pools
        ),
    ]


def _repeated(members: Mapping[str, list[str]]) -> list[str]:
    """Sources that a pool or an eval set names more than once."""
    return [
        f"{key}: {source!r} appears {sources.count(source)} times; name each source once"
        for key, sources in members.items()
        for source in dict.fromkeys(sources)
        if sources.count(source) > 1
    ]


def _too_long(names: Mapping[str, Collection[str]]) -> list[str]:
    """Names that would make those of files too long for a file system."""
    return [
        f"{key}: {name[:20]}... has {len(name)} characters; at most {LONGEST}, as names of files are made from it"
        for key, each in names.items()
        for name in each
        if len(name) > LONGEST
    ]


def _reserved(
    pools: Collection[str], ratings: Collection[str], models: Collection[str], custom: Collection[str]
) -> list[str]:
    """Names whose folder of results is already used for something else."""
    of_subsets = "results/indicators/subsets holds the indicators of subsets"
    of_eval_sets = "results/indicators/eval_sets holds the vectors of eval sets"
    of_replies = "results/indicators/replies holds the replies of a model that rates"
    taken: list[tuple[str, Collection[str], str, str]] = [
        ("pools", pools, "subsets", of_subsets),
        ("pools", pools, "eval_sets", of_eval_sets),
        ("pools", pools, "replies", of_replies),
        ("quality_rule.ratings", ratings, "subsets", of_subsets),
        ("quality_rule.ratings", ratings, "eval_sets", of_eval_sets),
        ("quality_rule.ratings", ratings, "replies", of_replies),
        ("models", models, "replies", "results/comparison/replies holds the replies of a judge"),
        ("indicators.custom", custom, "gradients", "their folder holds those of examples"),
    ]
    return [
        f"{key}.{name}: the name {name!r} is reserved: {why}; choose another"
        for key, names, name, why in taken
        if name in names
    ]


def order_problems(validation: Validation | None, fallback: str, indicators: Collection[str]) -> list[str]:
    """Choices of the validation, or a fallback, that are no orders which these indicators give."""
    offered = orders(indicators)
    asked = [("validation.choices", name) for name in (validation.choices or [] if validation else [])]
    asked += [("selection.fallback", fallback)] * (fallback not in ("best", "rule"))
    return [
        f"{key}: found {name!r}; allowed with these indicators: {', '.join(offered)}"
        for key, name in asked
        if name not in offered
    ]
