"""Indicators of your own: a function, a table of scores, and what goes wrong with either."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from instructmining.example import EXAMPLES, to_table
from instructmining.files import write_table
from instructmining.indicators.custom_code import code_file
from instructmining.indicators.custom_function import function_scorer
from instructmining.indicators.custom_table import look_up
from instructmining.indicators.settings import Indicators


def run_function(folder: Path, examples: Any, code: str) -> subprocess.CompletedProcess[str]:
    """Score a shard with a function of a module in the working directory."""
    (folder / "mine.py").write_text(code)
    write_table(folder / "000.parquet", to_table(examples), EXAMPLES)
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


def test_the_code_of_a_function_is_found_below_the_working_directory_or_installed(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "own.py").touch()
    assert code_file("mine.own:score", tmp_path) == tmp_path / "mine" / "own.py"
    assert str(code_file("lexicalrichness:LexicalRichness", tmp_path)).endswith("lexicalrichness/__init__.py")
    assert str(code_file("scipy.stats:norm", tmp_path)).endswith("scipy/stats/__init__.py")
    assert code_file("no_such_module:score", tmp_path) is None


def table(folder: Path, ids: list[str], scores: list[float | None]) -> Path:
    pq.write_table(pa.table({"id": ids, "difficulty": pa.array(scores, pa.float64())}), folder / "scores.parquet")
    return folder / "scores.parquet"


def test_scores_are_looked_up_by_id(tmp_path: Path) -> None:
    assert look_up(table(tmp_path, ["a", "b", "c"], [1, 2, 3]), "difficulty", ["c", "a"]) == [3.0, 1.0]


@pytest.mark.parametrize(
    ("ids", "scores", "message"),
    [
        (["a", "x"], [1.0, 2.0], r"no difficulty for 1 of 2 examples, e\.g\. \['b'\]"),
        (["a", "b"], [1.0, None], r"no difficulty for 1 of 2 examples"),
        (["a", "b", "b"], [1.0, 2.0, 3.0], "stands there twice"),
    ],
)
def test_a_table_that_does_not_cover_the_examples_is_refused(
    tmp_path: Path, ids: list[str], scores: list[float | None], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        look_up(table(tmp_path, ids, scores), "difficulty", ["a", "b"])


def test_a_table_without_the_column_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no column rating; found id, difficulty"):
        look_up(table(tmp_path, ["a"], [1.0]), "rating", ["a"])


def test_an_indicator_of_your_own_takes_no_name_of_the_workflow() -> None:
    with pytest.raises(ValueError, match=r"custom\.ppl: the workflow has an indicator or scorer of this name"):
        Indicators.model_validate({"custom": {"ppl": {"function": "mine:score"}}})
