"""Models whose rules are known, and their comparison."""

import numpy as np
import pyarrow as pa

from instructmining.quality_rule.across.compare import Observed, compare_rules
from instructmining.quality_rule.losses import EVAL_LOSSES
from instructmining.quality_rule.observations import observations_schema

NAMES = ["ppl", "mtld"]
SCORES = pa.table(
    {
        "id": [f"{i:016x}" for i in range(200)],
        "source": ["made"] * 200,
        "degraded": pa.nulls(200, pa.string()),
        **{name: np.random.default_rng(number).normal(size=200) for number, name in enumerate(NAMES)},
    }
)


def observed(slopes, model="tiny", subsets=20, replicated=10, seed=0):
    """What a model shows that loses log 1 + x . slopes on `fit`, and the same with the slopes turned round on `test`."""
    x = np.random.default_rng(99).normal(size=(subsets, 2))
    rng = np.random.default_rng(seed)
    rows = [(i, s) for i in range(subsets) for s in range(2 if i < replicated else 1)]
    x = x[[i for i, _ in rows]]
    fit = 1 + x @ np.array(slopes) + 0.02 * rng.normal(size=len(rows))
    test = 1 - x @ np.array(slopes) + 0.02 * rng.normal(size=len(rows))
    keys = {"model": [model] * len(rows), "subset": [f"{i:03}" for i, _ in rows], "seed": [s for _, s in rows]}
    values = {
        **keys,
        "loss": np.exp(fit),
        "log_loss": fit,
        "sources": [[("made", 64)]] * len(rows),
        "made_with": [{}] * len(rows),
        "ppl": x[:, 0],
        "mtld": x[:, 1],
    }
    losses = [
        pa.table(
            {**keys, "eval_set": [name] * len(rows), "role": [name] * len(rows), "loss": np.exp(y)}, schema=EVAL_LOSSES
        )
        for name, y in (("fit", fit), ("test", test))
    ]
    return Observed(pa.table(values, schema=observations_schema(NAMES)), pa.concat_tables(losses))


def compared(**models):
    return compare_rules(models, NAMES, SCORES, 0.95)


def comparison(result, over):
    return next(row for row in result.comparisons if row.over == over)
