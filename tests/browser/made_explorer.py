"""An explorer of examples that a test makes up, with scores drawn from a seed."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from instructmining.example import EXAMPLES, Example, to_table
from instructmining.files import write_table
from instructmining.quality_rule.rule import QualityRule
from instructmining.quality_rule.term import Term
from instructmining.report.explorer.data_file import write_data_file
from instructmining.report.explorer.page import write_page
from instructmining.report.explorer.pool import write_pool
from instructmining.report.explorer.ranking import ranking_arrays, ranking_values
from instructmining.selection.rank import rank

LEFT_OUT: dict[str, Any] = {
    "p_value": 0.01,
    "standardised": 0.5,
    "standard_error": 0.01,
    "low": -1.0,
    "high": 1.0,
}
RULE = QualityRule(
    model="tiny",
    fit="observations",
    intercept=0.9,
    terms=(
        Term("log_ppl", 0.11, **LEFT_OUT, fitted_min=1.2, fitted_max=2.4, mean=1.8),
        Term("len_out", -0.0009, **LEFT_OUT, fitted_min=60.0, fitted_max=240.0, mean=120.0),
        Term("relevance", -0.35, **LEFT_OUT, fitted_min=0.35, fitted_max=0.7, mean=0.55),
    ),
    confidence=0.95,
    observations=14,
    subsets=12,
    r2=0.7,
    adjusted_r2=0.6,
    loo_r2=0.5,
    loo_spearman=0.6,
    residual_sd=0.1,
    noise_sd=0.05,
    left_out={},
    indicator_settings={},
)


def made_scores(examples: Sequence[Example], seed: int = 0) -> pa.Table:
    """Scores that differ by source and by length, as real ones do."""
    generator = np.random.default_rng(seed)
    count = len(examples)
    place = {source: i for i, source in enumerate(sorted({example.source for example in examples}))}
    shift = np.array([place[example.source] for example in examples]) / max(len(place) - 1, 1)
    log_ppl = generator.normal(1.6 + shift, 0.5, count)
    columns = {
        "len_in": np.array([max(1, len(example.instruction) // 4) for example in examples], float),
        "len_out": np.array([max(1, len(example.response) // 4) for example in examples], float),
        "mtld": generator.gamma(9, 8, count),
        "ppl": np.exp(log_ppl),
        "log_ppl": log_ppl,
        "ifd": generator.beta(8, 2, count),
        "relevance": np.clip(generator.normal(0.6 - 0.2 * shift, 0.15, count), -1, 1),
        "knn_6": generator.gamma(20, 0.03, count),
    }
    names = {name: [getattr(example, name) for example in examples] for name in ("id", "source")}
    degraded = pa.array([example.degraded for example in examples], pa.string())
    return pa.table({**names, "degraded": degraded, **columns})


def make_explorer(
    folder: Path,
    examples: Sequence[Example],
    selected: int,
    dimensions: int = 8,
    models: Sequence[str] = ("tiny",),
    pool: str = "made",
) -> Path:
    """Write the explorer of one pool, ranked alike for each model; returns its page. Without dimensions there are no neighbours."""
    scores = made_scores(examples)
    points = np.random.default_rng(1).normal(size=(len(examples), dimensions)).astype(np.float32)
    shards = [folder / "shards" / pool / f"{number:03d}.parquet" for number in range(2)]
    half = len(examples) // 2
    for shard, part in zip(shards, (examples[:half], examples[half:]), strict=True):
        write_table(shard, to_table(part), EXAMPLES)
    data = folder / "explorer" / "data"
    column = (
        {"embeddings": pa.FixedSizeListArray.from_arrays(pa.array(points.ravel()), dimensions)} if dimensions else {}
    )
    embeddings = pa.table({"id": scores["id"], **column})
    write_pool(pool, shards, scores, embeddings, data / "pools" / pool)
    ranking = rank(RULE, scores)
    arrays = ranking_arrays(RULE, ranking, [example.id for example in examples])
    for model in models:
        values = ranking_values(model, pool, RULE, ranking, selected)
        write_data_file(data / "rankings" / model / f"{pool}.js", f"rankings/{model}/{pool}", values, arrays)
    page = folder / "explorer" / "index.html"
    write_page(models, [pool], page)
    return page
