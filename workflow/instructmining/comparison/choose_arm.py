"""Choose the examples of one arm of the comparison.

Only arms that follow the quality rule read the ranking. The others read the scores of the pool, so that a new rule
does not make them run again.

    python -m instructmining.comparison.choose_arm --arm random --seed 1 --config-seed 0 --scores scores.parquet \\
        --shards results/data/pools/mixed/*.parquet --examples 500 --output arm.parquet

All arms have the same size, except `full`, `untuned` and your own lists. `random` is drawn anew for each seed, so that
its spread covers the choice of examples too; the other arms differ between seeds in training only. A length-matched
arm, such as `selected~length`, has the size and the lengths of the baseline's draw for its seed (`--baseline`).
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from instructmining.arrays import Floats
from instructmining.command import run_main
from instructmining.comparison.arm_kinds import is_length_matched, kind_of
from instructmining.comparison.arms import choose
from instructmining.example import EXAMPLES, read_examples
from instructmining.files import read_json, read_table, write_table
from instructmining.indicators.neighbours import to_points
from instructmining.indicators.tables import EMBEDDINGS, SCORES
from instructmining.selection.orders import Draw, Pool
from instructmining.selection.ranking import RANKING, examples_by_id
from instructmining.selection.size import selection_size


def with_lengths(scores: pa.Table, shards: list[Path]) -> pa.Table:
    """The scores with `len_out`: the tokens of each response if they were counted, else its words."""
    if "len_out" in scores.column_names:
        return scores
    words = {example.id: len(example.response.split()) for shard in shards for example in read_examples(shard)}
    return scores.append_column("len_out", pa.array([words[name] for name in scores["id"].to_pylist()]))


def points_of(scores: pa.Table, embeddings: Path) -> Floats:
    """The embeddings of the scored examples, in the order of the scores; (examples, dimensions)."""
    table = read_table(embeddings, EMBEDDINGS)
    rows = pc.index_in(scores["id"].combine_chunks(), value_set=table["id"].combine_chunks())
    points: Floats = to_points(table.take(rows)["embeddings"])
    return points


def mean_length(scores: pa.Table, ids: Sequence[str]) -> float:
    """Of the responses with these IDs, in the units of `len_out`."""
    named = pc.is_in(scores["id"], value_set=pa.array(ids, pa.string()))
    return float(pc.mean(scores.filter(named)["len_out"]).as_py())


def main() -> None:
    """Read the scores or the ranking, write the arm."""
    arguments = _parse()
    arm = arguments.arm
    scores = read_table(arguments.scores, RANKING if kind_of(arm).ranked else SCORES)
    if arm == "longest" or is_length_matched(arm):
        scores = with_lengths(scores, arguments.shards)
    points = points_of(scores, arguments.embeddings) if arguments.embeddings else None
    listed = tuple(arguments.list.read_text(encoding="utf-8").split()) if arguments.list else ()
    examples = read_json(arguments.size)["examples"] if arguments.size else arguments.examples
    size = selection_size(len(scores), examples, arguments.fraction)
    draw = Draw(size, (arguments.config_seed, arguments.seed), arguments.max_cosine)
    baseline = tuple(read_table(arguments.baseline, EXAMPLES)["id"].to_pylist()) if arguments.baseline else ()
    ids = choose(arm, Pool(scores, points, listed, baseline), draw)
    write_table(arguments.output, examples_by_id(arguments.shards, ids), EXAMPLES)
    print(f"{arm}, seed {arguments.seed}: {len(ids)} of {len(scores)} examples")
    if baseline:
        print(f"mean length: {mean_length(scores, ids):.1f}, of the baseline {mean_length(scores, baseline):.1f}")


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, fromfile_prefix_chars="@"
    )
    parser.add_argument("--arm", required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--config-seed", type=int, required=True)
    parser.add_argument(
        "--scores",
        type=Path,
        required=True,
        help="of the pool; its ranking for an arm that follows the rule",
    )
    parser.add_argument("--embeddings", type=Path, help="of the pool, for an arm that is chosen by them")
    parser.add_argument(
        "--max-cosine", type=float, default=1.0, help="how similar two examples may be, for selected_diverse"
    )
    parser.add_argument(
        "--baseline", type=Path, help="its examples, for an arm with their lengths, such as selected~length"
    )
    parser.add_argument("--list", type=Path, help="a file of IDs, one per line, for an arm that is your own list")
    parser.add_argument("--shards", type=Path, nargs="+", required=True)
    size = parser.add_mutually_exclusive_group(required=True)
    size.add_argument("--examples", type=int)
    size.add_argument("--fraction", type=float, help="the share of the pool, instead of --examples")
    size.add_argument("--size", type=Path, help="the size that a search found, instead of --examples")
    parser.add_argument("--output", type=Path, required=True)
    return parser.parse_args()


if __name__ == "__main__":
    run_main(main)
