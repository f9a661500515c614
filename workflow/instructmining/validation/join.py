"""Add the choices of earlier rounds to the observations, so that the rule is fitted to what selections look like too.

    python -m instructmining.validation.join --observations observations.parquet --choices 1/choices.parquet \\
        --output 2/observations.parquet
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from instructmining.command import run_main
from instructmining.files import read_table, write_table
from instructmining.quality_rule.observations import indicator_names, observations_schema


def join(observations: pa.Table, choices: Sequence[pa.Table]) -> pa.Table:
    """All rows, those of subsets first; the indicators are those that the subsets have.

    Raises ValueError where the choices lack one of them.
    """
    needed = observations.column_names
    for table in choices:
        if missing := [name for name in needed if name not in table.column_names]:
            raise ValueError(
                f"the choices lack the indicators {', '.join(missing)} of the subsets; score their pool again"
            )
    return pa.concat_tables([observations, *(table.select(needed) for table in choices)])


def main() -> None:
    """Read the tables, write one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--observations", type=Path, required=True)
    parser.add_argument("--choices", type=Path, nargs="+", required=True)
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    observations, *choices = (
        read_table(path, observations_schema([])) for path in (arguments.observations, *arguments.choices)
    )
    joined = join(observations, choices)
    write_table(arguments.output, joined, observations_schema(indicator_names(observations)))
    print(f"{len(joined)} observations, {len(joined) - len(observations)} of them of selections")


if __name__ == "__main__":
    run_main(main)
