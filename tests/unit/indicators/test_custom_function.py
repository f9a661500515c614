"""A user's own function as an indicator, and what goes wrong with it."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from instructmining.indicators.custom_function import function_scorer
from tests.unit.indicators.made import write_shard


def run_function(folder: Path, examples: Any, code: str) -> subprocess.CompletedProcess[str]:
    """Score a shard with a function of a module in the working directory."""
    (folder / "mine.py").write_text(code)
    write_shard(folder, examples)
    module = [sys.executable, "-m", "instructmining.indicators.custom_function", "--name", "made"]
    files = ["--settings", '{"function": "mine:score"}', "--examples", "000.parquet", "--scores", "scores.parquet"]
    command = [*module, *files, "--report", "report.json"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, env=dict(os.environ))


def test_a_function_scores_the_examples_it_is_given(tmp_path: Path, examples: Any) -> None:
    done = run_function(tmp_path, examples, "def score(examples):\n    return [len(e.response) for e in examples]\n")
    assert done.returncode == 0, done.stderr
    scores = pq.read_table(tmp_path / "scores.parquet")
    assert scores["made"].to_pylist() == [len(example.response) for example in examples]


def test_a_shard_whose_job_is_killed_leaves_nothing_and_is_whole_after_the_next(tmp_path: Path, examples: Any) -> None:
    code = "import os\n\ndef score(examples):\n    os.kill(os.getpid(), 9)\n"
    assert run_function(tmp_path, examples, code).returncode == -signal.SIGKILL
    assert not list(tmp_path.glob("*scores*")) + list(tmp_path.glob("*report*"))
    code = "def score(examples):\n    return [1] * len(examples)\n"
    assert run_function(tmp_path, examples, code).returncode == 0
    assert len(pq.read_table(tmp_path / "scores.parquet")) == len(examples)


@pytest.mark.parametrize(
    ("gives", "message"), [("[]", "0 scores for 16"), ("[float('nan')] * len(examples)", "16 scores are not finite")]
)
def test_a_function_that_gives_too_few_scores_or_no_numbers_fails(
    tmp_path: Path, examples: Any, gives: str, message: str
) -> None:
    done = run_function(tmp_path, examples, f"def score(examples):\n    return {gives}\n")
    assert done.returncode != 0
    assert message in done.stderr
    assert not (tmp_path / "scores.parquet").exists()


def test_a_function_is_not_asked_about_nothing() -> None:
    assert function_scorer("made", lambda examples: [1 / 0])([]).indicators == {"made": []}
