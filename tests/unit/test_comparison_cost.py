"""What choosing cost is added up from benchmarks, and a break-even is given only where there is one."""

import json

import pyarrow as pa
import pytest

from instructmining.comparison.cost import KEPT, Folders, describe, full_tokens, main, scoring_row, training_row
from instructmining.files import read_json, write_json, write_table
from instructmining.training.settings import Training

SETTINGS = Training(epochs=2, batch_size=4)


def record(run, seed=0, tokens=800, steps=10, examples=20, device="cpu"):
    return {
        "model": "tiny", "run": run, "seed": seed, "tokens": tokens, "steps": steps, "device": device,
        "training": {"examples": examples},
    }  # fmt: skip


def benchmark(path, wall=7200.0):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"s": wall, "cpu_time": wall / 3}) + "\n")


def folders(folder):
    return Folders(folder, folder)


def log(folder, run, text):
    (folder / "training" / "tiny" / run / "seed0.log").write_text(text)


def lay_out(folder, runs=("000", "mixed.selected", "mixed.random"), **options):
    """Benchmarks of two hours, of whose CPU time a third was sampled, for each run and scorer."""
    for run in runs:
        benchmark(folder / "training" / "tiny" / run / "seed0.jsonl", **options)
    for scorer in ("text", "likelihood"):
        benchmark(folder / "indicators" / "mixed" / scorer / "000.jsonl", **options)
    benchmark(folder / "indicators" / "mixed" / "scores.jsonl", **options)


def test_a_stage_is_the_sum_of_its_jobs(tmp_path):
    lay_out(tmp_path)
    row = training_row("tuning", [record("000"), record("mixed.selected", tokens=200)], folders(tmp_path))
    assert (row.jobs, row.measured, row.wall_hours, row.gpu_hours, row.tokens) == (2, 2, 4, 0, 1000)


def test_a_job_without_a_benchmark_is_counted_as_not_measured(tmp_path):
    lay_out(tmp_path)
    row = training_row("tuning", [record("000"), record("001")], folders(tmp_path))
    assert (row.jobs, row.measured, row.wall_hours) == (2, 1, 2)


def test_a_job_that_only_measured_a_kept_adapter_again_counts_as_not_measured(tmp_path):
    lay_out(tmp_path)
    log(tmp_path, "000", "fine-tuning: 10 of 10 steps")
    log(tmp_path, "mixed.selected", f"adapter is what training would give: {KEPT}")
    row = training_row("tuning", [record("000"), record("mixed.selected")], folders(tmp_path))
    assert (row.jobs, row.measured, row.wall_hours, row.tokens) == (2, 1, 2, 1600)


def test_where_no_benchmark_of_training_is_left_no_break_even_is_made_up(tmp_path):
    lay_out(tmp_path)
    log(tmp_path, "mixed.selected", KEPT)
    result = found(tmp_path, pool=25)
    assert result["fine_tune"] == {"selected": None, "full": None} and result["break_even"] is None
    assert "What a fine-tune on the selection takes is not known" in result["sentence"]


def test_scorers_without_a_model_take_no_gpu(tmp_path):
    lay_out(tmp_path)
    row = scoring_row("mixed", tmp_path, ["text"], on_gpu=True)
    assert (row.jobs, row.wall_hours, row.gpu_hours) == (2, 4, 2)


def test_tokens_of_the_whole_pool_are_those_of_as_many_examples_for_the_epochs():
    assert full_tokens(record("mixed.random", tokens=800, steps=10), 100, SETTINGS) == 800 / 40 * 100 * 2


def test_with_a_fixed_number_of_steps_the_whole_pool_takes_no_longer():
    settings = Training(steps=10, batch_size=4)
    assert full_tokens(record("mixed.random"), 100, settings) == 800


def found(folder, settings=SETTINGS, pool=100, device="cpu"):
    rows = [training_row("fine-tunes on subsets", [record("000", device=device)], folders(folder))]
    arms = [record("mixed.selected", device=device), record("mixed.random", device=device)]
    return describe(rows, arms, pool, settings, folders(folder))


def test_choosing_has_paid_when_what_it_saves_is_what_it_took(tmp_path):
    lay_out(tmp_path)
    result = found(tmp_path, pool=25)
    # A fine-tune on 40 of 50 tokens' worth saves a fifth of its time.
    assert result["once"] == 2 and result["fine_tune"] == pytest.approx({"selected": 2, "full": 2.5})
    assert result["break_even"] == 4
    assert "choosing has paid after 4 such fine-tunes" in result["sentence"]


def test_choosing_that_saves_nothing_is_said_never_to_pay(tmp_path):
    lay_out(tmp_path)
    result = found(tmp_path, settings=Training(steps=10, batch_size=4))
    assert result["break_even"] is None
    assert "saves no time in a fine-tune and never pays by it" in result["sentence"]


def test_on_a_gpu_hours_are_those_of_the_gpu(tmp_path):
    lay_out(tmp_path, wall=1800.0)
    result = found(tmp_path, device="NVIDIA H100")
    assert (result["unit"], result["once"]) == ("GPU hours", 0.5)


def test_the_command_adds_up_scoring_tuning_and_searching(tmp_path, monkeypatch, capsys):
    lay_out(tmp_path)
    benchmark(tmp_path / "selection/tiny/mixed/search_size.jsonl")
    records = {run: tmp_path / f"{run}.json" for run in ("000", "mixed.selected", "mixed.random")}
    for run, path in records.items():
        write_json(path, record(run))
    write_table(tmp_path / "scores.parquet", pa.table({"id": list("abc")}), pa.schema([]))
    write_table(tmp_path / "trials.parquet", pa.table({"tokens": [5, 6]}), pa.schema([]))
    options = {
        "--settings": ['{"epochs": 2}'], "--pools": ["mixed"], "--cpu-scorers": ["text"],
        "--subset-records": [records["000"]], "--arm-records": [records["mixed.selected"], records["mixed.random"]],
        "--trials": [tmp_path / "trials.parquet"], "--scores": [tmp_path / "scores.parquet"],
        "--benchmarks": [tmp_path], "--logs": [tmp_path], "--output": [tmp_path / "cost.json"],
    }  # fmt: skip
    command = ["cost", *(str(part) for name, values in options.items() for part in (name, *values))]
    monkeypatch.setattr("sys.argv", command)
    main()
    result = read_json(tmp_path / "cost.json")
    assert {row["stage"]: (row["jobs"], row["wall_hours"], row["tokens"]) for row in result["rows"]} == {
        "scoring mixed": (2, 4, None), "fine-tunes on subsets": (1, 2, 800), "search of the size": (1, 2, 11),
    }  # fmt: skip
    assert result["once"] == 8
    assert result["sentence"] in capsys.readouterr().out
