"""Runs that do not belong together are refused."""

import math
from dataclasses import replace

import pyarrow as pa
import pytest

from instructmining.comparison.compare import compare
from instructmining.comparison.runs import Run, read_runs
from instructmining.comparison.settings import Comparison
from tests.unit.comparison.made import SEEDS, record, run, write_runs


def test_a_missing_seed_is_named():
    runs = [run("random", seed) for seed in SEEDS] + [run("selected", 0), run("selected", 2)]
    with pytest.raises(ValueError, match=r"selected: found the seeds \[0, 2\], expected 3"):
        compare(runs, Comparison(arms=["random", "selected"]), 0.95)


def test_an_arm_that_was_not_asked_for_is_named():
    with pytest.raises(ValueError, match="found runs of longest, expected runs of random, selected"):
        compare([run("longest", 0)], Comparison(arms=["random", "selected"]), 0.95)


def test_a_record_and_losses_of_two_runs_are_refused():
    with pytest.raises(ValueError, match=r"the record has .* losses.parquet"):
        Run.of(record("random", 0)[0], record("random", 1)[1])


def test_runs_measured_on_different_examples_are_refused():
    document, items = record("selected", 0)
    other = items.set_column(1, "id", pa.array([f"x{i}" for i in range(len(items))]))
    runs = [run("random", seed) for seed in SEEDS] + [run("selected", 1), run("selected", 2), Run.of(document, other)]
    with pytest.raises(ValueError, match="measured on different examples"):
        compare(runs, Comparison(arms=["random", "selected"]), 0.95)


def test_a_record_without_its_losses_is_named(tmp_path):
    write_runs(tmp_path)
    with pytest.raises(ValueError, match=r"record\.json: there is no table of losses"):
        read_runs(tmp_path.rglob("record.json"), [])


def test_a_loss_that_is_not_a_number_is_refused_by_its_name():
    made, items = record("selected", 1)
    diverged = {**made.losses, "test": replace(made.losses["test"], token_loss=math.nan)}
    with pytest.raises(ValueError, match=r"mixed\.selected, seed 1, test: found a loss of nan; expected a finite"):
        Run.of(replace(made, losses=diverged), items)


def test_a_test_set_of_one_example_is_refused_as_it_gives_no_interval():
    made, items = record("selected", 1)
    single = {**made.losses, "test": replace(made.losses["test"], examples=1)}
    with pytest.raises(ValueError, match="found 1 test example; an interval over test examples needs two"):
        Run.of(replace(made, losses=single), items)
