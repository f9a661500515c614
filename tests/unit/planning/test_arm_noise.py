"""The noise of the difference between arms, against the variances that subsets were simulated with."""

import numpy as np
import pyarrow as pa
import pytest

from instructmining.files import write_table
from instructmining.planning.arm_noise import measure_arm_noise, read_losses, replicates
from instructmining.training.losses import LOSSES
from tests.unit.planning.arms import LOSS, TOKENS, losses, true_noise
from tests.unit.planning.pilots import simulate


def test_it_is_that_of_the_simulation_on_average():
    """240 pilots of four subsets with three seeds."""
    rng = np.random.default_rng(1)
    found = [measure_arm_noise({"test": losses(rng, 4, 3)}) for _ in range(240)]
    assert np.mean([noise.seeds for noise in found]) == pytest.approx(true_noise().seeds, rel=0.08)
    examples = [noise.examples[0].variance for noise in found]
    assert np.mean(examples) == pytest.approx(true_noise().examples[0].variance, rel=0.05)
    assert np.mean([noise.loss for noise in found]) == pytest.approx(LOSS, abs=0.01)


def test_it_is_paired_by_seed():
    """What a seed does to all subsets alike is no noise of a difference."""
    table = losses(np.random.default_rng(2), 3, 4)
    shifted = table + TOKENS * table.columns.get_level_values(1).to_numpy()
    assert measure_arm_noise({"test": shifted}).seeds == pytest.approx(measure_arm_noise({"test": table}).seeds)


def test_the_mean_over_two_test_sets_has_a_part_for_the_examples_of_each():
    rng = np.random.default_rng(3)
    tables = {"a": losses(rng, 4, 3, examples=50), "b": losses(rng, 4, 3, examples=80)}
    noise = measure_arm_noise(tables)
    assert ([part.degrees for part in noise.examples], noise.test_examples, noise.subsets) == ([49, 79], 130, 4)
    alone = measure_arm_noise({"a": tables["a"]}).examples[0].variance
    assert noise.examples[0].variance == pytest.approx(alone / 4, rel=0.1)


@pytest.mark.parametrize(("subsets", "seeds"), [(1, 3), (3, 1)])
def test_one_replicated_subset_or_one_seed_shows_no_noise_of_a_difference(subsets, seeds):
    assert measure_arm_noise({"test": losses(np.random.default_rng(4), subsets, seeds)}) is None


def test_subsets_with_several_seeds_are_the_replicates():
    assert replicates(simulate(3, [2, 1, 3])) == [("000", 0), ("000", 1), ("002", 0), ("002", 1), ("002", 2)]


def write_losses(folder, run, ids):
    rows = [{"eval_set": name, "id": each, "loss": 2.0, "tokens": 3} for name in ("fit", "test") for each in ids]
    path = folder / run[0] / f"seed{run[1]}" / "losses.parquet"
    write_table(path, pa.Table.from_pylist(rows, schema=LOSSES), LOSSES)


def test_the_losses_of_an_eval_set_are_read_by_example_and_run(tmp_path):
    runs = [("000", 0), ("001", 0)]
    write_losses(tmp_path, runs[0], ["x", "y"])
    write_losses(tmp_path, runs[1], ["y", "x"])
    read = read_losses(tmp_path, runs, ["test"])
    assert list(read) == ["test"] and read["test"].shape == (2, 2) and list(read["test"].columns) == runs


def test_runs_measured_on_other_examples_are_refused(tmp_path):
    runs = [("000", 0), ("001", 0)]
    write_losses(tmp_path, runs[0], ["x", "y"])
    write_losses(tmp_path, runs[1], ["x", "z"])
    with pytest.raises(ValueError, match="not measured on the same test examples; run the config once more"):
        read_losses(tmp_path, runs, ["test"])
