"""The tables among the results as Markdown, made from the schemas that they are checked with when written and read."""

from pathlib import Path

import pyarrow as pa

from instructmining.comparison.compare import ARM_LOSSES
from instructmining.comparison.judge.answers import ANSWERS
from instructmining.comparison.judge.prompts import PROMPTS
from instructmining.comparison.judge.verdicts import VERDICTS
from instructmining.data.build_pool import CONTAMINATED
from instructmining.example import EXAMPLES
from instructmining.files import write_text
from instructmining.indicators.tables import EMBEDDINGS, SCORES
from instructmining.quality_rule.observations import observations_schema
from instructmining.selection.ranking import ranking_schema
from instructmining.training.losses import LOSSES

INDICATOR = ["<indicator>"]
TABLES = {
    "data/sources/{source}.parquet, data/eval/{eval_set}.parquet, data/pools/{pool}/{shard}.parquet": EXAMPLES,
    "data/pools/{pool}.contaminated.parquet": CONTAMINATED,
    "indicators/{pool}/scores.parquet": SCORES,
    "indicators/{pool}/embeddings.parquet": EMBEDDINGS,
    "training/{model}/{run}/seed{seed}/losses.parquet": LOSSES,
    "quality_rule/{model}/observations.parquet": observations_schema(INDICATOR),
    "selection/{model}/{pool}/ranking.parquet": ranking_schema(INDICATOR, INDICATOR),
    "comparison/{model}/{pool}/losses.parquet": ARM_LOSSES,
    "comparison/prompts.parquet": PROMPTS,
    "comparison/{model}/{pool}/answers/{arm}/seed{seed}.parquet": ANSWERS,
    "comparison/{model}/{pool}/verdicts/{arm}.parquet": VERDICTS,
}


def write(path: Path) -> None:
    """Write all tables as one Markdown file."""
    write_text(path, "\n".join(_section(name, schema) for name, schema in TABLES.items()))


def _section(name: str, schema: pa.Schema) -> str:
    paths = ", ".join(f"`{path}`" for path in name.split(", "))
    rows = [f"| `{field.name}` | {field.type} | {_description(field)} |" for field in schema]
    return "\n".join([f"**{paths}**\n", "| column | type | meaning |", "|---|---|---|", *rows, ""])


def _description(field: pa.Field) -> str:
    return (field.metadata or {}).get(b"description", b"").decode()
