"""Export a selection: JSON lines in the forms asked for, a `datasets` folder, configs for axolotl and LLaMA-Factory.

In: the ranking, the pool, the card of the selection, the settings of training. Out, in one folder:

    alpaca.jsonl, messages.jsonl, sharegpt.jsonl    the forms in selection.exports
    dataset/                    for load_dataset: README.md (the card) and data/train.parquet (messages, best first)
    axolotl.yaml                axolotl train axolotl.yaml
    llama_factory.yaml          llamafactory-cli train llama_factory.yaml, with dataset_info.json beside it

    python -m instructmining.selection.export --selection '{"examples": 500, "exports": ["messages"]}' --name mixed \\
        --ranking ranking.parquet --shards results/data/pools/mixed/*.parquet --card card.md \\
        --sources-report dolly.report.json --training '{}' \\
        --base-model '{"hub": "Qwen/Qwen3-0.6B", "parameters": 6e8}' --model results/models/qwen/model.json \\
        --folder export
"""

import argparse
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
from huggingface_hub import DatasetCardData

from instructmining.command import run_main
from instructmining.data.forms.write import ExportForm, to_rows
from instructmining.data.reports import SourceReport
from instructmining.example import EXAMPLES, MESSAGE, Example, to_table
from instructmining.files import read_result, read_table, write_jsonl, write_table, write_text
from instructmining.models.settings import BaseModel
from instructmining.selection.card import Origin
from instructmining.selection.ranking import RANKING
from instructmining.selection.select import select
from instructmining.selection.settings import Selection
from instructmining.selection.size import sized
from instructmining.selection.trainers import Handover, axolotl, dataset_info, llama_factory
from instructmining.training.settings import Training

DATASET = pa.schema(
    [
        EXAMPLES.field("id"),
        EXAMPLES.field("source"),
        EXAMPLES.field("messages"),
        EXAMPLES.field("tools"),
        RANKING.field("rank"),
        RANKING.field("predicted"),
    ]
)


def rows_of(examples: Sequence[Example], form: ExportForm) -> list[dict[str, Any]]:
    """The examples in a form, every row with the same fields, so that readers infer one schema.

    Raises DataError where the form cannot hold them all.
    """
    rows = to_rows(examples, form, "selection.exports")
    fields = {name: _empty(row[name]) for row in rows for name in row}
    return [{**fields, **row} for row in rows]


def dataset_schema(examples: Sequence[Example]) -> pa.Schema:
    """DATASET without keys of messages that no example has, as some chat templates take a null for something.

    The column of tools is left out too where no example has any.
    """
    used = {key for example in examples for message in example.messages for key in message}
    messages = pa.list_(pa.struct([field for field in MESSAGE if field.name in used]))
    fields = [field.with_type(messages) if field.name == "messages" else field for field in DATASET]
    return pa.schema([f for f in fields if f.name != "tools" or any(example.tools for example in examples)])


def _empty(value: object) -> object:
    return [] if isinstance(value, list) else ""


def dataset(examples: Sequence[Example], ranking: pa.Table) -> pa.Table:
    """The selection as a table, best first, with rank and prediction."""
    schema, rows = dataset_schema(examples), to_table(examples)
    names = [name for name in schema.names if name in rows.column_names]
    chosen = ranking.slice(0, len(examples)).select(["rank", "predicted"])
    columns = {name: rows[name].to_pylist() for name in names} | {name: chosen[name] for name in chosen.column_names}
    return pa.table(columns, schema=schema)


def dataset_card(text: str, name: str, origins: Sequence[Origin], examples: Sequence[Example]) -> str:
    """The card of the selection with the header that the Hugging Face hub and `load_dataset` read."""
    used = {example.source for example in examples}
    licences = sorted({(origin.licence or "unknown").lower() for origin in origins if origin.source in used})
    head = DatasetCardData(
        license=licences,
        task_categories=["text-generation"],
        tags=["instruction-tuning", "instructmining"],
        pretty_name=f"Selection from {name}",
        configs=[{"config_name": "default", "data_files": [{"split": "train", "path": "data/train.parquet"}]}],
    )
    return f"---\n{head.to_yaml()}\n---\n\n{text}"


def model_path(base_model: BaseModel, prepared: Path, folder: Path) -> str:
    """The base model for a trainer that is run in `folder`: its name on the hub, or the path of the prepared files."""
    if base_model.hub and not base_model.gguf_file:
        return base_model.hub
    return os.path.relpath(prepared.parent, folder)


def several_turns(examples: Sequence[Example]) -> int:
    """How many examples have more than one exchange."""
    return sum(len([turn for turn in example.history if turn["role"] != "system"]) > 1 for example in examples)


def tool_turns(examples: Sequence[Example]) -> int:
    """How many examples call a tool or hold its results."""
    used = [{key for turn in example.messages for key in (*turn, turn["role"])} for example in examples]
    return sum(bool(keys & {"tool_calls", "tool"}) for keys in used)


def main() -> None:
    """Read the selection, write the folder."""
    arguments = _parse()
    settings, folder = sized(arguments.selection, arguments.size), arguments.folder
    ranking = read_table(arguments.ranking, RANKING)
    examples = select(settings, ranking, arguments.shards)
    for form in settings.exports:
        write_jsonl(folder / f"{form}.jsonl", rows_of(examples, form))
    origins = [Origin.of(read_result(SourceReport, path), arguments.licences) for path in arguments.sources_report]
    table = dataset(examples, ranking)
    write_table(folder / "dataset" / "data" / "train.parquet", table, table.schema)
    text = dataset_card(arguments.card.read_text(encoding="utf-8"), arguments.name, origins, examples)
    write_text(folder / "dataset" / "README.md", text)
    handover = Handover(
        form=settings.exports[0],
        fields=tuple(rows_of(examples, settings.exports[0])[0]),
        several_turns=several_turns(examples),
        tool_turns=tool_turns(examples),
        model=model_path(arguments.base_model, arguments.model, folder),
        base_model=arguments.base_model,
        training=arguments.training,
    )
    write_text(folder / "axolotl.yaml", axolotl(handover))
    write_text(folder / "llama_factory.yaml", llama_factory(handover))
    write_text(folder / "dataset_info.json", json.dumps(dataset_info(handover), indent=2) + "\n")
    print(f"exported {len(examples)} examples of {arguments.name} as {', '.join(settings.exports)}: {folder}")


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--selection", type=Selection.model_validate_json, required=True)
    parser.add_argument("--size", type=Path, help="size.json of a search")
    parser.add_argument("--name", required=True, help="the pool")
    parser.add_argument("--ranking", type=Path, required=True)
    parser.add_argument("--shards", type=Path, nargs="+", required=True)
    parser.add_argument("--card", type=Path, required=True)
    parser.add_argument("--sources-report", type=Path, nargs="+", required=True)
    parser.add_argument("--licences", type=json.loads, default={}, help="the licence of each source, where it is known")
    parser.add_argument("--training", type=Training.model_validate_json, required=True)
    parser.add_argument("--base-model", type=BaseModel.model_validate_json, required=True)
    parser.add_argument("--model", type=Path, required=True, help="model.json of the prepared base model")
    parser.add_argument("--folder", type=Path, required=True)
    return parser.parse_args()


if __name__ == "__main__":
    run_main(main)
