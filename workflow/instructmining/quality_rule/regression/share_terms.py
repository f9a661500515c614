"""The shares of the sources in a subset as terms of the regression, beside the indicators or alone.

Beside the shares, the slopes of the indicators are those within sources: of what a subset's indicators differ from what
its sources would give it (Mundlak 1978, Econometrica 46; by the theorem of Frisch, Waugh and Lovell, a regression on
such deviations has the same slopes). The shares alone are the regression of RegMix (Liu et al. 2024, arXiv 2407.01492).
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from instructmining.arrays import Floats
from instructmining.quality_rule.settings import Effects

PREFIX = "source:"
"""Begins the name of a share term. No name in a config holds a colon, so no indicator begins so."""


def source_of(term: str) -> str | None:
    """The source whose share a term is; None for an indicator."""
    return term.removeprefix(PREFIX) if term.startswith(PREFIX) else None


def source_names(sources: Sequence[Mapping[str, int]]) -> tuple[str, ...]:
    """All sources of some subsets, by name."""
    return tuple(sorted({name for counts in sources for name in counts}))


def source_shares(sources: Sequence[Mapping[str, int]]) -> Floats:
    """The share of each source in each subset; (subsets, sources)."""
    counts = [[each.get(name, 0) for name in source_names(sources)] for each in sources]
    table = np.array(counts, dtype=np.float64)
    shares: Floats = table / table.sum(axis=1, keepdims=True)
    return shares


def reference_source(sources: Sequence[Mapping[str, int]]) -> str:
    """The source that has no term, as shares sum to 1: that of the largest share, the first by name among equals.

    A rare one would make all other effects as uncertain as its own.
    """
    total = source_shares(sources).sum(axis=0).round(9)
    return source_names(sources)[int(total.argmax())]


def terms_offered(observations: pa.Table, indicators: Sequence[str], effects: Effects) -> list[str]:
    """What the log loss is regressed on. The shares come first, as of collinear terms the earlier ones are kept."""
    if effects == "together":
        return list(indicators)
    subsets, counts = observations["subset"].to_pylist(), observations["sources"].to_pylist()
    sources = [dict(each) for each in dict(zip(subsets, counts, strict=True)).values()]  # each subset once
    reference = reference_source(sources)
    shares = [f"{PREFIX}{name}" for name in source_names(sources) if name != reference]
    return [*shares, *(indicators if effects == "within" else [])]


def with_shares(observations: pa.Table, terms: Sequence[str]) -> pa.Table:
    """The observations with a column for each of the terms that is a share."""
    sources = [dict(counts) for counts in observations["sources"].to_pylist()]
    for term in terms:
        if (source := source_of(term)) is not None:
            shares = [counts.get(source, 0) / sum(counts.values()) for counts in sources]
            observations = observations.append_column(term, pa.array(shares, pa.float64()))
    return observations


def with_sources(examples: pa.Table, terms: Sequence[str]) -> pa.Table:
    """Examples with a column for each of the terms that is a share: 1 for those of the source, 0 for the others."""
    for term in terms:
        if (source := source_of(term)) is not None:
            examples = examples.append_column(term, pc.equal(examples["source"], source).cast(pa.float64()))
    return examples
