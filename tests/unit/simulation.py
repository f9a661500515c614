"""Observations with a known truth, for the tests of the fit."""

import numpy as np
import pyarrow as pa

from instructmining.quality_rule.observations import observations_schema
from instructmining.quality_rule.regression.least_squares import Design


def observations(y, x, subsets=None, sources=None, made_with=None):
    """A table of observations; `x` maps indicator names to columns."""
    subsets = subsets or [f"{i:03}" for i in range(len(y))]
    columns = {
        "model": ["tiny"] * len(y),
        "subset": subsets,
        "seed": [subsets[:i].count(s) for i, s in enumerate(subsets)],
        "loss": np.exp(y),
        "log_loss": np.asarray(y, float),
        "sources": sources or [{"a": 1}] * len(y),
        "made_with": made_with or [{"torch": "2.13.0", "device": "cpu"}] * len(y),
        **{name: np.asarray(column, float) for name, column in x.items()},
    }
    return pa.table(columns, schema=observations_schema(x))


def synthetic(n=30, noise=0.05, seed=0):
    """log loss = 1 + 0.3 ppl - 0.2 mtld + noise; relevance does nothing."""
    rng = np.random.default_rng(seed)
    x = {name: rng.normal(size=n) for name in ("ppl", "mtld", "relevance")}
    return 1 + 0.3 * x["ppl"] - 0.2 * x["mtld"] + noise * rng.normal(size=n), x


def replicate(y, x, seeds, noise, seed=0):
    """Log losses, indicators and subset names where subset i is tuned on with seeds[i] seeds, each with fresh noise."""
    rng = np.random.default_rng([seed, 1])
    rows = np.repeat(np.arange(len(y)), seeds)
    losses = np.asarray(y)[rows] + noise * rng.normal(size=len(rows))
    return losses, {name: np.asarray(column)[rows] for name, column in x.items()}, [f"{i:03}" for i in rows]


def to_design(y, x):
    """The design of subsets with one seed each, without a table between."""
    count = len(y)
    names, ones = tuple(f"{i:03}" for i in range(count)), np.ones(count)
    return Design(names, tuple(x), np.column_stack(list(x.values())), y, ones, ones, 0 * ones, ({"a": 1},) * count)
