"""Gather the loss of every fine-tune on every eval set, of which the observations hold a mean.

python -m instructmining.quality_rule.losses --records results/training/smollm2/???/seed*/record.json --output ...
"""

import argparse
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa

from instructmining.command import run_main
from instructmining.files import read_result, write_table
from instructmining.training.record import Record

EVAL_LOSSES = pa.schema(
    [
        pa.field("model", pa.string(), metadata={"description": "the base model"}),
        pa.field("subset", pa.string(), metadata={"description": "ID of the subset it was tuned on"}),
        pa.field("seed", pa.int64(), metadata={"description": "seed of the fine-tune"}),
        pa.field("eval_set", pa.string(), metadata={"description": "what the loss was measured on"}),
        pa.field("role", pa.string(), metadata={"description": "role of that eval set"}),
        pa.field("loss", pa.float64(), metadata={"description": "nats per response token"}),
    ]
)


def losses_table(records: Iterable[Record]) -> pa.Table:
    """One row per fine-tune and eval set, with the schema EVAL_LOSSES."""
    rows = [
        {
            "model": record.model,
            "subset": record.run,
            "seed": record.seed,
            "eval_set": name,
            "role": entry.role,
            "loss": entry.token_loss,
        }
        for record in records
        for name, entry in sorted(record.losses.items())
    ]
    return pa.Table.from_pylist(rows, schema=EVAL_LOSSES)


def main() -> None:
    """Read the records, write the losses."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, fromfile_prefix_chars="@"
    )
    parser.add_argument("--records", type=Path, nargs="+", required=True)
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    table = losses_table(read_result(Record, path) for path in arguments.records)
    write_table(arguments.output, table, EVAL_LOSSES)
    print(f"{len(table)} losses of {len(arguments.records)} fine-tunes")


if __name__ == "__main__":
    run_main(main)
