import base64
import gzip
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from instructmining.report.explorer.asset_files import FOLDERS, asset_files, assets_hash
from instructmining.report.explorer.data_file import in_order, write_data_file
from instructmining.report.explorer.page import write_page
from instructmining.report.explorer.pool import EXCERPT_CHARACTERS, excerpt, nearest
from tests.browser.made_explorer import make_explorer
from tests.conftest import conversation

HOSTILE = '</script><script>alert(1)</script>"); alert(2); receive("'


def read_data_file(path: Path) -> tuple[str, dict[str, Any], bytes]:
    """The name in a data file, its header, and the bytes after it."""
    found = re.fullmatch(r'receive\("([^"]+)", "([A-Za-z0-9+/=]+)"\);\n', path.read_text())
    assert found
    content = gzip.decompress(base64.b64decode(found[2]))
    length = int.from_bytes(content[:4], "little")
    return found[1], json.loads(content[4 : 4 + length]), content[-(-(4 + length) // 8) * 8 :]


def test_a_data_file_is_one_call_with_a_name_and_base64(tmp_path: Path) -> None:
    arrays = {"odd": np.array([1, 2, 3], np.uint8), "floats": np.array([0.5, np.nan], np.float32)}
    write_data_file(tmp_path / "x.js", "pools/x", {"text": HOSTILE}, arrays)
    name, header, rest = read_data_file(tmp_path / "x.js")
    assert (name, header["values"]) == ("pools/x", {"text": HOSTILE})
    assert [each["length"] for each in header["arrays"]] == [3, 2]
    assert rest[:3] == b"\1\2\3" and np.frombuffer(rest[8:16], "<f4").tolist()[0] == 0.5


def test_the_same_data_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_data_file(tmp_path / name, "x", {"values": [1, 2]}, {})
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


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


def test_rows_of_another_pool_are_refused() -> None:
    with pytest.raises(ValueError, match="scores: wrote 2 examples for 2 given; 1 missing"):
        in_order(pa.table({"id": ["a", "c"]}), ["a", "b"], "scores")


def test_an_excerpt_is_one_line_of_limited_length() -> None:
    assert excerpt("a\n\n b") == "a b"
    assert len(excerpt("word " * 10_000)) == EXCERPT_CHARACTERS


def test_the_libraries_are_the_ones_whose_hashes_are_kept() -> None:
    vendor = FOLDERS[1]
    kept = dict(line.split("  ")[::-1] for line in vendor.with_name("vendor.sha256").read_text().splitlines())
    assert kept == {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in vendor.iterdir()}


def test_the_page_loads_its_assets_and_nothing_else(tmp_path: Path) -> None:
    write_page(["a", "b"], ["unseen"], tmp_path / "index.html")
    page = (tmp_path / "index.html").read_text()
    loaded = re.findall(r'(?:src|href)="([^#"][^"]*)"', page)
    assert loaded and all((tmp_path / path).is_file() for path in loaded)
    assert not re.search(r"<script(?! src=)|<style|\bon\w+=|https?:", page)
    names = {path.name for path in asset_files()} - {"index.html"}
    assert names == {path.name for path in (tmp_path / "assets").iterdir()}
    rankings = read_data_file(tmp_path / "data" / "rankings.js")[1]["values"]["rankings"]
    assert rankings == [{"model": "a", "pool": "unseen"}, {"model": "b", "pool": "unseen"}]


def test_a_changed_asset_changes_the_hash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.js").write_text("1")
    monkeypatch.setattr("instructmining.report.explorer.asset_files.FOLDERS", [tmp_path])
    before = assets_hash()
    (tmp_path / "a.js").write_text("2")
    assert assets_hash() != before
