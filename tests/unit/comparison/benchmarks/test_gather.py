"""Arms are compared on benchmarks, and a difference is claimed only where every interval excludes zero."""

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from instructmining.comparison.benchmarks.gather import arm_results, main, to_rows, with_test_loss
from instructmining.comparison.benchmarks.result import BenchmarksResult, Measure, ModelMeasures
from instructmining.comparison.compare import ARM_LOSSES
from instructmining.comparison.result import ModelOrigin
from instructmining.files import read_result, write_result, write_table


def measures(arm: str, seed: int, value: float, stderr: float | None = 0.05) -> ModelMeasures:
    """One run on one task of eight questions."""
    found = Measure("acc", value, stderr, 0, 8, 8, "3", higher_is_better=True)
    return ModelMeasures(ModelOrigin("tiny", f"new.{arm}", seed, {}, ""), None, 8, {"colours": found}, "cpu", {}, 1.0)


LOSSES = pd.DataFrame(
    [(arm, seed, set_, role, loss) for arm in ("selected", "random") for seed in (0, 1) for set_, role, loss in (("a", "test", 1.0 + seed), ("b", "test", 3.0), ("c", "fit", 9.0))],
    columns=["arm", "seed", "eval_set", "role", "token_loss"],
)  # fmt: skip


def test_each_row_has_the_test_loss_of_its_run() -> None:
    rows = with_test_loss(to_rows([measures("selected", 0, 0.5), measures("random", 1, 0.4)]), LOSSES)
    assert rows["test_loss"].tolist() == [2.0, 2.5]


def test_a_run_that_the_comparison_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="longest"):
        with_test_loss(to_rows([measures("longest", 0, 0.5)]), LOSSES)


@pytest.mark.parametrize(
    ("ours", "stderr", "words"),
    [
        ((0.9, 0.91), 0.01, "differs from random: +0.4000"),
        ((0.9, 0.91), 0.3, "no difference shown from random"),
        ((0.9, 0.2), 0.01, "no difference shown from random"),
        ((0.9, 0.91), None, "differs from random"),
    ],
)
def test_a_difference_is_only_stated_where_both_intervals_exclude_0(
    ours: tuple[float, float], stderr: float | None, words: str
) -> None:
    rows = to_rows(
        [*(measures("selected", seed, value, stderr) for seed, value in enumerate(ours)), measures("random", 0, 0.5, stderr), measures("random", 1, 0.51, stderr)]
    )  # fmt: skip
    found = {each.arm: each for each in arm_results(rows, "random", 0.95)}
    assert words in found["selected"].sentence
    assert found["random"].sentence.endswith("the baseline")


def test_the_interval_over_questions_is_that_of_two_independent_errors() -> None:
    rows = to_rows([measures("selected", 0, 0.6, 0.03), measures("random", 0, 0.5, 0.04)])
    difference = arm_results(rows, "random", 0.95)[0].difference
    assert difference
    assert [difference.questions_low, difference.questions_high] == pytest.approx(
        [0.1 - 1.959964 * 0.05, 0.1 + 1.959964 * 0.05]
    )
    assert difference.seeds_low is None


def test_the_command_joins_benchmarks_and_comparison(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = LOSSES.assign(examples=1, tokens=1, example_loss=1.0, steps=1, training_examples=1)
    write_table(
        tmp_path / "losses.parquet",
        pa.Table.from_pandas(whole[ARM_LOSSES.names], ARM_LOSSES, preserve_index=False),
        ARM_LOSSES,
    )
    for arm in ("selected", "random"):
        write_result(tmp_path / f"{arm}.json", measures(arm, 0, 0.5))
    command = ["benchmark_table", "--model", "tiny", "--pool", "new", "--baseline", "random", "--confidence", "0.95"]
    command += ["--losses", str(tmp_path / "losses.parquet"), "--output", str(tmp_path / "benchmarks.json")]
    command += ["--table", str(tmp_path / "benchmarks.csv")]
    command += ["--benchmarks", str(tmp_path / "selected.json"), str(tmp_path / "random.json")]
    monkeypatch.setattr("sys.argv", command)
    main()
    assert pd.read_csv(tmp_path / "benchmarks.csv")["test_loss"].tolist() == [2.0, 2.0]
    assert len(read_result(BenchmarksResult, tmp_path / "benchmarks.json").results) == 2
