"""What the explorer shows of a pool for every model: conversations, indicators, and the neighbours of each example.

Conversations are written in chunks, which the page loads when an example is opened or its text searched.

    python -m instructmining.report.explorer.pool --pool unseen --shards results/data/pools/unseen/*.parquet \\
        --scores scores.parquet --embeddings embeddings.parquet --output results/explorer/data/pools/unseen
"""

import argparse
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import normalize

from instructmining.command import run_main
from instructmining.example import Example, fold_blanks, stream_examples
from instructmining.files import read_table
from instructmining.indicators.neighbours import to_points
from instructmining.indicators.tables import EMBEDDINGS, SCORES
from instructmining.progress import start_log
from instructmining.report.explorer.data_file import in_order, numbers, pool_ids, write_data_file
from instructmining.report.shown_turns import shown_turns
from instructmining.selection.ranking import indicator_columns

CHUNK_CHARACTERS = 1_000_000
EXCERPT_CHARACTERS = 140
NEIGHBOURS = 8


def write_pool(pool: str, shards: Sequence[Path], scores: pa.Table, embeddings: pa.Table, folder: Path) -> None:
    """Write the files of a pool; raises ValueError where scores or embeddings belong to other examples."""
    name, ids = f"pools/{pool}", pool_ids(shards)
    scores, embeddings = in_order(scores, ids, "scores"), in_order(embeddings, ids, "embeddings")
    excerpts, chunks = _write_texts(name, shards, folder)
    neighbours = nearest(embeddings)
    if neighbours:
        write_data_file(folder / "neighbours.js", f"{name}/neighbours", {}, neighbours)
    indicators = indicator_columns(scores)
    codes, names = _coded(scores, ("source", "degraded"))
    values = {
        "pool": pool,
        "ids": ids,
        "indicators": indicators,
        "chunks": chunks,
        "neighbours": neighbours["examples"].size // len(ids) if neighbours else 0,
        **names,
        **excerpts,
    }
    arrays = {**codes, **{f"indicator_{indicator}": numbers(scores[indicator]) for indicator in indicators}}
    write_data_file(folder / "pool.js", f"{name}/pool", values, arrays)


def nearest(embeddings: pa.Table) -> dict[str, np.ndarray]:
    """The nearest other examples of each example, nearest first, and their cosines; empty without embeddings."""
    k = min(NEIGHBOURS, len(embeddings) - 1)
    if "embeddings" not in embeddings.column_names or k < 1:
        return {}
    points = normalize(to_points(embeddings["embeddings"]))
    # At unit length, distances and cosines give the same order, and sklearn is fastest with distances.
    distances, found = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(points).kneighbors()
    return {
        "examples": found.astype(np.int32).ravel(),
        "cosines": (1 - distances**2 / 2).astype(np.float32).ravel(),
    }


def excerpt(text: str) -> str:
    """The beginning of a text as one line."""
    line = fold_blanks(text[: 4 * EXCERPT_CHARACTERS])
    return line if len(line) <= EXCERPT_CHARACTERS else line[: EXCERPT_CHARACTERS - 1] + "…"


def _write_texts(name: str, shards: Sequence[Path], folder: Path) -> tuple[dict[str, list[str]], list[int]]:
    """Write the conversations; returns the excerpts of all, and the position of the first example of each chunk."""
    excerpts: dict[str, list[str]] = {"instructions": [], "responses": []}
    starts = []
    for number, examples in enumerate(_chunks(example for s in shards for e in stream_examples(s) for example in e)):
        starts.append(len(excerpts["instructions"]))
        excerpts["instructions"] += [excerpt(_instruction(example)) for example in examples]
        excerpts["responses"] += [excerpt(example.response) for example in examples]
        turns = [shown_turns(example) for example in examples]
        write_data_file(folder / f"texts-{number}.js", f"{name}/texts-{number}", {"conversations": turns}, {})
    return excerpts, starts


def _chunks(examples: Iterable[Example]) -> Iterator[list[Example]]:
    """Examples in groups of about equal numbers of characters."""
    group: list[Example] = []
    characters = 0
    for example in examples:
        group.append(example)
        characters += sum(len(text) for _, text in shown_turns(example))
        if characters >= CHUNK_CHARACTERS:
            yield group
            group, characters = [], 0
    if group:
        yield group


def _instruction(example: Example) -> str:
    """The first message of the user, as a system prompt is often the same everywhere."""
    return next((message["content"] for message in example.history if message["role"] == "user"), example.instruction)


def _coded(scores: pa.Table, columns: Iterable[str]) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Columns with few distinct names as codes, and the names, the most frequent first; a missing name is empty."""
    codes, names = {}, {}
    for column in columns:
        values = scores[column].fill_null("").to_pandas()
        names[f"{column}s"] = list(values.value_counts().index)
        positions = {name: code for code, name in enumerate(names[f"{column}s"])}
        codes[column] = values.map(positions).to_numpy().astype(np.uint16)
    return codes, names


def main() -> None:
    """Read the pool, write the explorer's files of it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, fromfile_prefix_chars="@"
    )
    parser.add_argument("--pool", required=True)
    parser.add_argument("--shards", type=Path, nargs="+", required=True)
    parser.add_argument("--scores", type=Path, required=True)
    parser.add_argument("--embeddings", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True, help="a folder")
    arguments = parser.parse_args()
    start_log()
    scores, embeddings = read_table(arguments.scores, SCORES), read_table(arguments.embeddings, EMBEDDINGS)
    write_pool(arguments.pool, arguments.shards, scores, embeddings, arguments.output)
    print(f"wrote {len(scores)} examples of {arguments.pool} for the explorer: {arguments.output}")


if __name__ == "__main__":
    run_main(main)
