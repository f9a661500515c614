"""Judgements whose truth is known."""

import numpy as np
import pyarrow as pa

from instructmining.data.import_ratings import JUDGEMENTS
from instructmining.quality_rule.people.agreement import agreements, make_pairs, make_rated
from instructmining.quality_rule.published import PublishedRule


def judged(quality, length, noise=0.5, per_prompt=4, seed=0):
    """Judgements of pairs: of each prompt's examples, two neighbours at a time, by their quality and some noise."""
    rng = np.random.default_rng(seed)
    seen = quality + noise * rng.normal(size=len(quality))
    rows = []
    for first in range(0, len(quality) - 1, 2):
        better, worse = (first, first + 1) if seen[first] > seen[first + 1] else (first + 1, first)
        rows.append(
            {
                "prompt": f"p{first // per_prompt}",
                "better": f"{better:04}",
                "worse": f"{worse:04}",
                "rating": None,
                "better_length": int(length[better]),
                "worse_length": int(length[worse]),
            }
        )
    return pa.Table.from_pylist(rows, schema=JUDGEMENTS)


def rated(rating, length, prompts=None):
    """Judgements of single examples."""
    prompts = prompts or [f"p{i}" for i in range(len(rating))]
    rows = [
        {
            "prompt": prompt,
            "better": f"{i:04}",
            "worse": None,
            "rating": value,
            "better_length": int(characters),
            "worse_length": None,
        }
        for i, (prompt, value, characters) in enumerate(zip(prompts, rating, length, strict=True))
    ]
    return pa.Table.from_pylist(rows, schema=JUDGEMENTS)


def ids(count):
    return [f"{i:04}" for i in range(count)]


def agree(measures, judgements, count=400):
    pairs, ratings = make_pairs(judgements, ids(count)), make_rated(judgements, ids(count))
    return {row.measure: row for row in agreements(measures, pairs, ratings, 0.95)}


def simulated(count=400, seed=1):
    """A measure of quality, one of nothing, one of length, and lengths that have nothing to do with quality."""
    rng = np.random.default_rng(seed)
    length = np.exp(rng.normal(5, 1, size=count))
    return {"good": rng.normal(size=count), "nothing": rng.normal(size=count), "long": np.log(length)}, length


def rule(**coefficients):
    return PublishedRule("made", "tiny", 1.0, coefficients, {}, ())


def scored(measures):
    count = len(next(iter(measures.values())))
    columns = {"id": ids(count), "source": ["people"] * count, "degraded": pa.nulls(count, pa.string())}
    return pa.table({**columns, **measures})
