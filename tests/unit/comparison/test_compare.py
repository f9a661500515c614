"""Arms are compared by their test loss, paired by seed."""

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats

from instructmining.comparison.compare import compare, main
from instructmining.comparison.result import ComparisonResult
from instructmining.comparison.settings import Comparison
from instructmining.files import read_result, read_table
from tests.unit.comparison.made import BASE, NOISE, SEEDS, TOKENS, result, run, write_runs


def test_differences_are_paired_by_seed():
    """All examples shift alike here, so that the interval over seeds and examples is that of a t-test over seeds."""
    shifts = [-0.05, -0.06, -0.04]
    found = result(shifts).arms[0].difference
    expected = stats.ttest_1samp(shifts, 0).confidence_interval(0.95)
    assert (found.mean, found.low, found.high) == pytest.approx((np.mean(shifts), expected.low, expected.high))
    assert (found.seeds_error, found.examples_error) == pytest.approx((stats.sem(shifts), 0), abs=1e-9)


def test_test_examples_widen_the_interval_where_they_differ():
    narrow, wide = (result([-0.05, -0.06, -0.04], spread=spread).arms[0].difference for spread in (0.0, 2.0))
    assert wide.examples_error > 0.1 and wide.low < -0.2 < narrow.low < narrow.high < 0.1 < wide.high


def test_loss_is_per_token_on_test_sets_alone():
    losses = [(BASE.sum() + NOISE[seed] * TOKENS.sum()) / TOKENS.sum() for seed in SEEDS]
    assert result([0.0, 0.1, 0.2]).arms[1].loss.values == pytest.approx(tuple(losses))


def test_eval_sets_of_other_roles_are_in_the_result():
    found = result([0.0, 0.1, 0.2])
    assert found.arms[0].eval_sets["fit"].mean == pytest.approx(BASE.sum() / TOKENS.sum())
    assert found.roles == {"fit": "fit", "test": "test"} and found.test_examples == len(TOKENS)


def test_an_arm_of_more_seeds_is_paired_with_those_that_the_baseline_has():
    runs = [run("random", seed) for seed in SEEDS]
    shifts = [-0.05, -0.06, -0.04, -9.0, -9.0]
    runs += [run("selected", seed, shift=shift) for seed, shift in enumerate(shifts)]
    arms = ["selected", "random"]
    selected = compare(runs, Comparison(arms=arms, more_seeds={"selected": 5}), 0.95).arms[0]
    assert selected.difference.values == pytest.approx(shifts[:3])
    assert len(selected.loss.values) == 5


def test_the_command_writes_comparison_and_table(tmp_path, monkeypatch):
    write_runs(tmp_path)
    command = ["compare", "--confidence", "0.9"]
    command += ["--settings", '{"arms": ["selected", "random"]}', "--records", *map(str, tmp_path.rglob("record.json"))]
    command += ["--losses-files", *map(str, tmp_path.rglob("losses.parquet"))]
    command += ["--output", str(tmp_path / "comparison.json"), "--table", str(tmp_path / "table.parquet")]
    monkeypatch.setattr("sys.argv", command)
    main()
    assert read_result(ComparisonResult, tmp_path / "comparison.json").confidence == 0.9
    assert read_table(tmp_path / "table.parquet", pa.schema([("token_loss", pa.float64())])).num_rows == 12
