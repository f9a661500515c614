"""Runs of sampling designs whose savings are known."""

import numpy as np
import pyarrow as pa

from instructmining.files import write_result, write_table
from instructmining.planning.compare_designs import compare_designs
from instructmining.quality_rule.across.variants import fit_variants
from instructmining.quality_rule.fit import fit_rule
from instructmining.quality_rule.observations import observations_schema
from instructmining.quality_rule.settings import QualityRuleSettings

NAMES = ["ppl", "mtld"]
SCORES = pa.table(
    {
        "id": [f"{i:016x}" for i in range(50)],
        "source": ["made"] * 50,
        "degraded": pa.nulls(50, pa.string()),
        "ppl": np.linspace(-3, 3, 50),
        "mtld": np.linspace(-30, 30, 50),
    }
)


def table(spread, subsets=24, replicated=8, noise=0.05, curve=0.0, seed=0):
    """Observations of subsets whose indicators have an SD of `spread`; log loss = 1 + 0.1 ppl + curve * ppl^2."""
    rng = np.random.default_rng(seed)
    x = spread * rng.normal(size=(subsets, 2))
    rows = [(i, s) for i in range(subsets) for s in range(3 if i < replicated else 1)]
    x = x[[i for i, _ in rows]]
    y = 1 + 0.1 * x[:, 0] + curve * x[:, 0] ** 2 + noise * rng.normal(size=len(rows))
    columns = {"model": ["tiny"] * len(rows), "subset": [f"{i:03}" for i, _ in rows], "seed": [s for _, s in rows]}
    columns |= {"loss": np.exp(y), "log_loss": y, "sources": [{}] * len(rows), "made_with": [{}] * len(rows)}
    values = {**columns, "ppl": x[:, 0], "mtld": x[:, 1]}
    return pa.table(values, schema=observations_schema(NAMES))


def variant(*arguments, **options):
    return fit_variants({"a": table(*arguments, **options)}, NAMES)[0][0]


def compared(**tables):
    return compare_designs(tables, NAMES, 0.95, SCORES)


def write_run(folder, observations, scores=SCORES):
    """The results of a run, as far as a comparison needs them."""
    home = folder / "results/quality_rule/tiny"
    write_table(home / "observations.parquet", observations, observations.schema)
    write_result(home / "rule.json", fit_rule(observations, NAMES, QualityRuleSettings(repeats=1), {}).rule)
    write_table(folder / "results/indicators/candidates/scores.parquet", scores, scores.schema)
    return str(folder / "results")
