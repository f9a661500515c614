"""A pool's conversations, excerpts and neighbours."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from instructmining.report.explorer.pool import EXCERPT_CHARACTERS, excerpt, nearest
from tests.browser.made_explorer import make_explorer
from tests.conftest import conversation
from tests.unit.report.explorer.written import HOSTILE, read_data_file


def test_no_text_of_an_example_stands_in_any_file(tmp_path: Path) -> None:
    page = make_explorer(
        tmp_path, [conversation(f"{HOSTILE} {i}", HOSTILE, source="dolly") for i in range(12)], selected=3
    )
    written = [path for path in page.parent.rglob("*") if path.is_file()]
    assert {"pool.js", "texts-0.js", "neighbours.js", "made.js"} <= {path.name for path in written}
    assert [path for path in written if "alert(1)" in path.read_text(encoding="utf-8")] == []


def test_conversations_come_back_whole_and_in_the_order_of_the_pool(tmp_path: Path) -> None:
    examples = [conversation(f"q {i}", "\u202e" + "a" * 200_000) for i in range(12)]
    folder = make_explorer(tmp_path, examples, selected=3).parent / "data" / "pools" / "made"
    values = read_data_file(folder / "pool.js")[1]["values"]
    texts = [
        read_data_file(folder / f"texts-{i}.js")[1]["values"]["conversations"] for i in range(len(values["chunks"]))
    ]
    assert values["ids"] == [example.id for example in examples]
    assert values["chunks"] == [0, 5, 10]
    assert [turns[0][1] for chunk in texts for turns in chunk] == [f"q {i}" for i in range(12)]
    assert texts[2][1][1] == ["assistant", examples[11].response]


def test_neighbours_are_those_of_the_highest_cosine_without_the_example_itself() -> None:
    points = np.random.default_rng(0).normal(size=(40, 5)).astype(np.float32)
    column = pa.FixedSizeListArray.from_arrays(pa.array(points.ravel()), 5)
    found = nearest(pa.table({"id": [str(i) for i in range(40)], "embeddings": column}))
    units = points / np.linalg.norm(points, axis=1, keepdims=True)
    cosines = units @ units.T
    np.fill_diagonal(cosines, -2)
    expected = np.argsort(-cosines, axis=1)[:, :8]
    assert (found["examples"].reshape(40, 8) == expected).all()
    assert found["cosines"].reshape(40, 8) == pytest.approx(np.take_along_axis(cosines, expected, axis=1), abs=1e-5)


def test_a_pool_without_embeddings_has_no_neighbours() -> None:
    assert nearest(pa.table({"id": ["a", "b"]})) == {}


def test_an_excerpt_is_one_line_of_limited_length() -> None:
    assert excerpt("a\n\n b") == "a b"
    assert len(excerpt("word " * 10_000)) == EXCERPT_CHARACTERS
