"""In which order a run works: nothing is tuned before all data are read."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.workflow.conftest import CONFIG, Run, write_source

pytestmark = pytest.mark.slow

SMALL: dict[str, Any] = {
    **CONFIG,
    "sources": {name: CONFIG["sources"][name] for name in ("first", "second", "evaluation", "final", "new")},
    "pools": {"candidates": {"sources": ["first", "second"], "shards": 1}, "new": {"sources": ["new"]}},
    "indicators": {"text": {"model": "tiny"}},
    "sampling": {"subsets": 5, "examples": 12, "replicated": 0, "seeds": 1},
    "quality_rule": {"indicators": ["len_out"]},
    "comparison": {"arms": ["selected", "random"], "seeds": 2},
}


@pytest.fixture
def unread(tmp_path: Path) -> Run:
    """A run whose last source has a broken file; what should be its model is none, so that a fine-tune would fail."""
    shutil.copytree(ROOT / "workflow", tmp_path / "workflow", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "Snakefile", tmp_path)
    (tmp_path / "models" / "llama").mkdir(parents=True)
    (tmp_path / "models" / "llama" / "config.json").write_text("{}")
    for number, name in enumerate(SMALL["sources"]):
        write_source(tmp_path / "data" / f"{name}.jsonl", number)
    with (tmp_path / "data" / "new.jsonl").open("a") as file:
        file.write('{"instruction": "what is')
    Run(tmp_path).set_config(SMALL)
    return Run(tmp_path)


def test_a_broken_file_of_the_last_source_is_found_before_anything_is_tuned(unread: Run) -> None:
    records = [f"results/training/tiny/{subset:03d}/seed0/record.json" for subset in range(5)]
    done = unread.snakemake("--keep-going", *records)
    said = done.stdout + done.stderr
    assert (done.returncode, said.count("rule finetune_and_evaluate:")) == (1, 0), said
    assert "new.jsonl:41" in said and "rule sample_subset:" in said
