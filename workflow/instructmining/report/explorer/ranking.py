"""What the explorer shows of a ranking: ranks, predictions, what each term adds, the rule, and how many are selected.

    python -m instructmining.report.explorer.ranking --model smollm2 --pool unseen --rule rule.json \\
        --ranking ranking.parquet --shards results/data/pools/unseen/*.parquet --settings '{"examples": 500}' \\
        --output results/explorer/data/rankings/smollm2/unseen.js
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from instructmining.command import run_main
from instructmining.files import read_table
from instructmining.quality_rule.published import PublishedRule, Rule, read_rule
from instructmining.report.explorer.data_file import in_order, numbers, pool_ids, write_data_file
from instructmining.selection.ranking import RANKING, is_by_prediction, term_column
from instructmining.selection.settings import Selection
from instructmining.selection.size import selection_size, sized


def rule_values(rule: Rule) -> dict[str, Any]:
    """What the page says about the rule; a published rule comes without intervals and ranges."""
    if isinstance(rule, PublishedRule):
        given = [{"indicator": name, "coefficient": value} for name, value in rule.coefficients.items()]
        return {"formula": rule.formula(), "centre": rule.intercept, "start": "the intercept", "terms": given}
    terms = [
        {
            "indicator": term.indicator,
            "coefficient": term.coefficient,
            "low": term.low,
            "high": term.high,
            "mean": term.mean,
            "fittedMin": term.fitted_min,
            "fittedMax": term.fitted_max,
        }
        | ({"source": term.source} if term.source else {})
        for term in rule.terms
    ]
    return {"formula": rule.formula(), "centre": rule.centre, "confidence": rule.confidence, "terms": terms}


def ranking_values(model: str, pool: str, rule: Rule, ranking: pa.Table, selected: int) -> dict[str, Any]:
    """What the page says about the whole ranking; `selected` is how many of its first examples are."""
    return {
        "model": model,
        "pool": pool,
        "selected": selected,
        "rule": rule_values(rule),
        "byRule": is_by_prediction(ranking),
    }


def ranking_arrays(rule: Rule, ranking: pa.Table, ids: Sequence[str]) -> dict[str, np.ndarray]:
    """Rank, prediction and terms of each example, in the order of the pool."""
    ranking = in_order(ranking, ids, "ranking")
    terms = [term_column(indicator) for indicator in rule.indicators]
    return {
        "rank": ranking["rank"].to_numpy().astype(np.int32),
        **{name: numbers(ranking[name]) for name in ("predicted", *terms)},
    }


def main() -> None:
    """Read rule and ranking, write the explorer's file of them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, fromfile_prefix_chars="@"
    )
    parser.add_argument("--model", required=True)
    parser.add_argument("--pool", required=True)
    parser.add_argument("--settings", type=Selection.model_validate_json, required=True)
    parser.add_argument("--size", type=Path, help="size.json of a search")
    parser.add_argument("--rule", type=Path, required=True)
    parser.add_argument("--ranking", type=Path, required=True)
    parser.add_argument("--shards", type=Path, nargs="+", required=True)
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    rule, ranking = read_rule(arguments.rule), read_table(arguments.ranking, RANKING)
    settings = sized(arguments.settings, arguments.size)
    size = selection_size(len(ranking), settings.examples, settings.fraction)
    values = ranking_values(arguments.model, arguments.pool, rule, ranking, size)
    arrays = ranking_arrays(rule, ranking, pool_ids(arguments.shards))
    write_data_file(arguments.output, f"rankings/{arguments.model}/{arguments.pool}", values, arrays)


if __name__ == "__main__":
    run_main(main)
