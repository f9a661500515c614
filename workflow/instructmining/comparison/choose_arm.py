"""Choose the examples of one arm of the comparison.

Only `selected` reads the ranking; the other arms read the pool's scores, so that a new rule tunes none of them again.

    python -m instructmining.comparison.choose_arm --arm random --seed 1 --config-seed 0 --scores scores.parquet \\
        --shards results/data/pools/mixed/*.parquet --examples 500 --output arm.parquet

`selected`, `random` and `longest` have equal size. `random` is drawn anew for each seed, so that its spread covers the
choice of examples too; the others differ between seeds in the training alone.
"""

import argparse
from pathlib import Path
from typing import get_args

import numpy as np
import pyarrow as pa

from instructmining.comparison.settings import Arm
from instructmining.example import EXAMPLES, read_examples
from instructmining.files import read_table, write_table
from instructmining.indicators.tables import SCORES
from instructmining.selection.ranking import RANKING, examples_by_id
from instructmining.selection.size import selection_size


def choose(arm: Arm, ids: list[str], lengths: dict[str, float], size: int, seeds: tuple[int, int]) -> list[str]:
    """The IDs of an arm, in order; `ids` are the pool's (for `selected` best first), `lengths` of responses, by ID."""
    if arm == "full":
        return sorted(ids)
    if arm == "selected":
        return sorted(ids[:size])
    if arm == "longest":
        return sorted(sorted(ids, key=lambda name: (-lengths[name], name))[:size])
    return sorted(np.random.default_rng(seeds).choice(sorted(ids), size=size, replace=False).tolist())


def response_lengths(scores: pa.Table, shards: list[Path]) -> dict[str, float]:
    """Tokens of each response where there is `len_out`, else its words."""
    if "len_out" in scores.column_names:
        return dict(zip(scores["id"].to_pylist(), scores["len_out"].to_pylist(), strict=True))
    return {example.id: len(example.response.split()) for shard in shards for example in read_examples(shard)}


def main() -> None:
    """Read the scores or the ranking, write the arm."""
    arguments = _parse()
    scores = read_table(arguments.scores, RANKING if arguments.arm == "selected" else SCORES)
    lengths = response_lengths(scores, arguments.shards) if arguments.arm == "longest" else {}
    size = selection_size(len(scores), arguments.examples, arguments.fraction)
    seeds = (arguments.config_seed, arguments.seed)
    ids = choose(arguments.arm, scores["id"].to_pylist(), lengths, size, seeds)
    write_table(arguments.output, examples_by_id(arguments.shards, ids), EXAMPLES)
    print(f"{arguments.arm}, seed {arguments.seed}: {len(ids)} of {len(scores)} examples")


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, fromfile_prefix_chars="@"
    )
    parser.add_argument("--arm", choices=get_args(Arm), required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--config-seed", type=int, required=True)
    parser.add_argument("--scores", type=Path, required=True, help="scores of the pool; for `selected` its ranking")
    parser.add_argument("--shards", type=Path, nargs="+", required=True)
    size = parser.add_mutually_exclusive_group(required=True)
    size.add_argument("--examples", type=int)
    size.add_argument("--fraction", type=float, help="share of the pool, instead of --examples")
    parser.add_argument("--output", type=Path, required=True)
    return parser.parse_args()


if __name__ == "__main__":
    main()
