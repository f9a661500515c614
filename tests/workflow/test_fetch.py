"""What is brought over the network before jobs run without one."""

from pathlib import Path
from typing import Any

import pytest

from tests.workflow.conftest import Run, lay_out

pytestmark = pytest.mark.slow


def test_fetch_brings_models_and_sources_of_the_hub_and_nothing_else(tmp_path: Path, tiny_tokenizer: Any) -> None:
    run = Run(tmp_path)
    lay_out(run.folder, tiny_tokenizer)
    config = run.config()
    config["sources"]["far"] = {"hub": "far/away", "revision": "a" * 40, "form": "alpaca"}
    config["pools"]["new"]["sources"].append("far")
    run.set_config(config)
    assert run.to_do("fetch") == {"prepare_model": 2, "convert_model": 2, "import_source": 1}
