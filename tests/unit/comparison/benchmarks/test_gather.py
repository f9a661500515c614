"""Arms are compared on benchmarks, and a difference is claimed only beyond the noise of seeds and questions."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from scipy import stats

from instructmining.comparison.benchmarks.gather import (
    arm_results,
    differences_of,
    gap_of,
    main,
    to_rows,
    with_test_loss,
)
from instructmining.comparison.benchmarks.result import ArmOnTask, BenchmarksResult, Measure, ModelMeasures
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


def difference(
    ours: tuple[float, ...], stderr: float | None, theirs: tuple[float, ...] = (0.5, 0.51, 0.49)
) -> ArmOnTask:
    """The arm `selected` beside `random`, whose values are given by seed."""
    values = {"selected": ours, "random": theirs}
    runs = [measures(arm, seed, value, stderr) for arm in values for seed, value in enumerate(values[arm])]
    return arm_results(to_rows(runs), "random", 0.95)[0]


def test_the_interval_is_over_seeds_and_questions() -> None:
    """Banerjee's: the squares of the t intervals over either add up."""
    found = difference((0.6, 0.63, 0.61), 0.03).difference
    assert found and found.over == ("seeds", "questions")
    gaps = np.array([0.1, 0.12, 0.12])
    seeds = stats.t.ppf(0.975, 2) * stats.sem(gaps)
    questions = stats.t.ppf(0.975, 7) * np.hypot(0.03, 0.03)
    assert [found.low, found.high] == pytest.approx(gaps.mean() + np.array([-1, 1]) * np.hypot(seeds, questions))


def test_the_interval_of_one_seed_is_over_questions_alone_and_claims_nothing() -> None:
    found = difference((0.6,), 0.03, (0.5,))
    assert found.difference and found.difference.over == ("questions",) and found.difference.p_value is None
    half = stats.t.ppf(0.975, 7) * np.hypot(0.03, 0.03)
    assert [found.difference.low, found.difference.high] == pytest.approx([0.1 - half, 0.1 + half])
    assert "cannot be told from random, as only one seed was measured" in found.sentence


def test_the_number_of_arms_and_tasks_is_corrected_for() -> None:
    gap = gap_of(
        to_rows([measures("selected", seed, value, 0.02) for seed, value in enumerate((0.6, 0.61, 0.6))]),
        to_rows([measures("random", seed, 0.51, 0.02) for seed in range(3)]),
    )
    found = {number: differences_of({("t", str(i)): gap for i in range(number)}, 0.95)["t", "0"] for number in (1, 4)}
    p_values = [each.p_adjusted for each in found.values()]
    assert p_values[0] and p_values[0] < 0.05 and p_values[1] == pytest.approx(4 * p_values[0])
    assert found[1].low > 0 > found[4].low  # type: ignore[operator]


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
