"""Pilot runs whose variances are known."""

import numpy as np
import pyarrow as pa

from instructmining.planning.pilot import Pilot
from instructmining.quality_rule.observations import observations_schema
from instructmining.quality_rule.regression.least_squares import make_design

BETWEEN, WITHIN = 0.03**2, 0.02**2


def simulate(subsets, seeds, indicators=2, rng=None, correlation=0.6):
    """Observations of subsets with `seeds[i]` fine-tunes each; every coefficient is 0.05."""
    rng = rng or np.random.default_rng(0)
    shared = rng.normal(size=(subsets, 1))
    x = np.sqrt(correlation) * shared + np.sqrt(1 - correlation) * rng.normal(size=(subsets, indicators))
    rule = x @ np.full(indicators, 0.05) + np.sqrt(BETWEEN) * rng.normal(size=subsets)
    rows = [(i, s) for i in range(subsets) for s in range(seeds[i])]
    y = np.array([rule[i] + np.sqrt(WITHIN) * rng.normal() for i, _ in rows])
    names = [f"x{j}" for j in range(indicators)]
    columns = {
        "model": ["tiny"] * len(rows),
        "subset": [f"{i:03}" for i, _ in rows],
        "seed": [s for _, s in rows],
        "loss": np.exp(y),
        "log_loss": y,
        "sources": [{}] * len(rows),
        "made_with": [{}] * len(rows),
        **{name: x[[i for i, _ in rows], j] for j, name in enumerate(names)},
    }
    return pa.table(columns, schema=observations_schema(names))


def designed(subsets, seeds, indicators=2, rng=None):
    names = [f"x{j}" for j in range(indicators)]
    return make_design(simulate(subsets, seeds, indicators, rng), names)


def known(indicators=2, correlation=0.6, within=WITHIN):
    """A pilot without error of its own: the true variances and correlations, as of very many subsets."""
    inverse = np.linalg.inv(np.full((indicators, indicators), correlation) + (1 - correlation) * np.eye(indicators))
    names = tuple(f"x{j}" for j in range(indicators))
    return Pilot(names, 10**9, BETWEEN, within, np.ones(indicators), np.diag(inverse))
