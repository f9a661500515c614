"""Keep the first examples of a ranking, in their original form or another, with a data card.

    python -m instructmining.selection.select --settings '{"examples": 500}' --pool mixed --ranking ranking.parquet \\
        --shards results/data/pools/mixed/*.parquet --rule rule.json --sources-report dolly.report.json \\
        --selected selected.jsonl --card card.md
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from instructmining.command import run_main
from instructmining.data.forms.write import to_rows
from instructmining.data.reports import SourceReport
from instructmining.example import Example, from_table
from instructmining.files import file_hash, read_result, read_table, write_jsonl, write_text
from instructmining.quality_rule.published import read_rule
from instructmining.selection.basis import basis_sentences
from instructmining.selection.card import Origin, selection_card, size_sentence
from instructmining.selection.decision import FOLLOWS, Decision
from instructmining.selection.found_size import FoundSize
from instructmining.selection.ranking import RANKING, examples_by_id
from instructmining.selection.settings import Selection
from instructmining.selection.size import selection_size, sized


def select(settings: Selection, ranking: pa.Table, shards: Sequence[Path]) -> list[Example]:
    """The best examples of a pool, best first; raises ValueError if there are fewer than asked for."""
    size = selection_size(len(ranking), settings.examples, settings.fraction)
    return from_table(examples_by_id(shards, ranking["id"][:size].to_pylist()))


def rows_of(examples: Sequence[Example], settings: Selection) -> list[dict[str, Any]]:
    """Examples as rows in the form asked for; `original` is the row that each was imported from, unchanged.

    Raises DataError where the form cannot hold them all.
    """
    if settings.form == "original":
        return [json.loads(example.row) for example in examples]
    return to_rows(examples, settings.form, "selection.form")


def main() -> None:
    """Read the ranking and the pool, write the selection and its card."""
    arguments = _parse()
    settings, ranking = sized(arguments.settings, arguments.size), read_table(arguments.ranking, RANKING)
    selected = select(settings, ranking, arguments.shards)
    write_jsonl(arguments.selected, rows_of(selected, settings))
    origins = [Origin.of(read_result(SourceReport, path), arguments.licences) for path in arguments.sources_report]
    rule = read_rule(arguments.rule)
    decision = read_result(Decision, arguments.decision) if arguments.decision else FOLLOWS
    files = [arguments.rule, arguments.ranking, arguments.selected, *([arguments.size] if arguments.size else [])]
    card = selection_card(
        arguments.pool,
        settings,
        rule,
        ranking,
        origins,
        {path.name: file_hash(path) for path in files},
        size_sentence(read_result(FoundSize, arguments.size) if arguments.size else None),
        decision,
    )
    write_text(arguments.card, card)
    print(f"kept {len(selected)} of {len(ranking)} examples of {arguments.pool}: {arguments.selected}")
    print("\n".join([decision.sentence, *basis_sentences(rule, ranking, len(selected))]))


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, fromfile_prefix_chars="@"
    )
    parser.add_argument("--settings", type=Selection.model_validate_json, required=True)
    parser.add_argument("--size", type=Path, help="size.json of a search")
    parser.add_argument("--decision", type=Path, help="what the selection follows; the rule if not given")
    parser.add_argument("--pool", required=True)
    parser.add_argument("--ranking", type=Path, required=True)
    parser.add_argument("--shards", type=Path, nargs="+", required=True)
    parser.add_argument("--rule", type=Path, required=True)
    parser.add_argument("--sources-report", type=Path, nargs="+", required=True)
    parser.add_argument("--licences", type=json.loads, default={}, help="the licence of each source, where it is known")
    parser.add_argument("--selected", type=Path, required=True)
    parser.add_argument("--card", type=Path, required=True)
    return parser.parse_args()


if __name__ == "__main__":
    run_main(main)
