"""The whole workflow on real public data, small, where the data are at hand."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT
from tests.workflow.conftest import Run, lay_out

pytestmark = pytest.mark.slow

DATA = Path(os.environ.get("INSTRUCTMINING_DATA", ROOT.parent / "shared" / "data"))


def small(config: dict[str, Any]) -> dict[str, Any]:
    """The config for public data with tiny models and few examples, without the second pool."""
    for source in config["pools"].pop("mixed")["sources"]:
        del config["sources"][source]
    for source in config["sources"].values():
        source["limit"] = 40
    for eval_set in config["eval_sets"].values():
        eval_set["limit"] = 8
    config["models"] = {"smollm2": {"path": "models/llama", "template": "plain", "parameters": 1e5}}
    config["indicators"]["embedding"] = {"model": {"path": "models/encoder"}, "neighbours": [6]}
    config["sampling"] |= {
        "subsets": 10,
        "selections": 4,
        "examples": 16,
        "replicated": 1,
        "indicators": ["len_out", "influence"],
    }
    config["quality_rule"]["indicators"] = ["len_out", "influence"]
    config["validation"] = {"choices": ["random", "influence"]}
    config["comparison"] = {"arms": ["selected", "random"], "seeds": 2}
    return config | {"selection": {"examples": 16}}


def test_public_data_go_through_to_a_selection_and_its_comparison(tmp_path: Path, tiny_tokenizer: Any) -> None:
    if not DATA.is_dir():
        pytest.skip(f"no public data in {DATA}; set INSTRUCTMINING_DATA to their folder")
    run = Run(tmp_path / "run")
    run.folder.mkdir()
    lay_out(run.folder, tiny_tokenizer)
    for path in (run.folder / "data").iterdir():
        path.unlink()
    (run.folder / "data").rmdir()
    (run.folder / "data").symlink_to(DATA)
    run.set_config(small(yaml.safe_load((ROOT / "config" / "public-data.yaml").read_text())))
    run.finish()
    rule = json.loads((run.folder / "results/quality_rule/smollm2/rule.json").read_text())
    comparison = json.loads((run.folder / "results/comparison/smollm2/planted/comparison.json").read_text())
    assert rule["observations"] == 11
    assert {arm["arm"] for arm in comparison["arms"]} == {"selected", "random"}
    validation = json.loads((run.folder / "results/validation/smollm2/planted/1/validation.json").read_text())
    assert [each["choice"] for each in validation["choices"]] == ["ruled", "random", "influence"]
    assert run.to_do() == {}
