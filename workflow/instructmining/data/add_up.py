"""Add up what was read: how many rows each source, pool, eval set and set of ratings took in, and how many it kept.

Every fine-tune comes after this, so that a file that cannot be read is found before anything is tuned.

    python -m instructmining.data.add_up --sources results/data/sources/*.report.json \
        --pools results/data/pools/candidates.report.json --eval-sets results/data/eval/*.report.json \
        --ratings --output results/data/counts.json
"""

import argparse
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from instructmining.command import run_main
from instructmining.data.reports import EvalSetReport, PoolReport, RatingsReport, SourceReport
from instructmining.files import read_result, write_result


@dataclass(frozen=True)
class Count:
    """What one of them took in and kept."""

    rows_in: int
    """Rows of a source or of ratings; examples of a pool or an eval set."""
    kept: int
    """How many of them were kept."""


@dataclass(frozen=True)
class DataCounts:
    """`data/counts.json`: how much was read, by name."""

    sources: dict[str, Count]
    """Of each source that a pool or an eval set has."""
    pools: dict[str, Count]
    """Of each pool."""
    eval_sets: dict[str, Count]
    """Of each eval set."""
    ratings: dict[str, Count]
    """Of each set of ratings."""


def main() -> None:
    """Add up the reports."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--sources", "--pools", "--eval-sets", "--ratings"):
        parser.add_argument(name, required=True, nargs="*", type=Path, help="their reports")
    parser.add_argument("--output", required=True, type=Path)
    arguments = parser.parse_args()
    counts = add_up(
        [read_result(SourceReport, path) for path in arguments.sources],
        [read_result(PoolReport, path) for path in arguments.pools],
        [read_result(EvalSetReport, path) for path in arguments.eval_sets],
        [read_result(RatingsReport, path) for path in arguments.ratings],
    )
    write_result(arguments.output, counts)


def add_up(
    sources: Iterable[SourceReport],
    pools: Iterable[PoolReport],
    eval_sets: Iterable[EvalSetReport],
    ratings: Iterable[RatingsReport],
) -> DataCounts:
    """What each of them took in and kept, by its name."""
    return DataCounts(
        sources={report.source: Count(report.rows_in, report.kept) for report in sources},
        pools={report.pool: Count(report.rows_in, report.kept) for report in pools},
        eval_sets={report.eval_set: Count(report.rows_in, report.kept) for report in eval_sets},
        ratings={report.ratings: Count(report.rows_in, report.kept) for report in ratings},
    )


if __name__ == "__main__":
    run_main(main)
