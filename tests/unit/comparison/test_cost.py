"""What choosing cost is added up from records and benchmarks, and a break-even is given only where there is one."""

import json
from dataclasses import replace

import pyarrow as pa

from instructmining.comparison.cost import (
    CostResult,
    PerFineTune,
    StageCost,
    cost_result,
    full_tokens,
    main,
    scoring_cost,
    stage_cost,
    training_cost,
)
from instructmining.files import read_result, write_result, write_table
from instructmining.training.settings import Training
from tests.unit.records import RECORD, made_record

SETTINGS = Training(epochs=2, batch_size=4)


def record(run, tokens=800, steps=10, examples=20, device="cpu", hours=2):
    """A run of two hours, half of which went into training."""
    timing = replace(RECORD.timing, seconds=hours * 3600, training_seconds=hours * 1800)
    return made_record(run, examples, tokens=tokens, steps=steps, device=device, timing=timing)


def benchmark(path, wall=7200.0):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"s": wall, "cpu_time": wall / 3}) + "\n")


def lay_out(folder):
    """Benchmarks of two hours, of whose CPU time a third was sampled, for each scorer."""
    for scorer in ("text", "likelihood"):
        benchmark(folder / "indicators" / "mixed" / scorer / "000.jsonl")
    benchmark(folder / "indicators" / "mixed" / "scores.jsonl")


def test_a_stage_is_the_sum_of_its_jobs():
    row = training_cost("tuning", [record("000"), record("mixed.selected", tokens=200)])
    assert (row.jobs, row.measured, row.wall_hours, row.gpu_hours, row.tokens) == (2, 2, 4, 0, 1000)


def test_a_job_without_a_benchmark_is_said_to_be_missing(tmp_path):
    row = stage_cost("search", [tmp_path / "gone.jsonl"], None, on_gpu=False)
    assert (row.jobs, row.measured, row.wall_hours) == (1, 0, 0)
    assert (
        "(1 of 1 jobs left no benchmark and are not counted)"
        in cost_result([row], [record("mixed.random")], 9, SETTINGS).sentence
    )


def test_scorers_without_a_model_take_no_gpu(tmp_path):
    lay_out(tmp_path)
    row = scoring_cost("mixed", tmp_path, ["text"], on_gpu=True)
    assert (row.jobs, row.wall_hours, row.gpu_hours) == (2, 4, 2)


def test_tokens_of_the_whole_pool_are_those_of_as_many_examples_for_the_epochs():
    assert full_tokens(record("mixed.random", tokens=800, steps=10), 100, SETTINGS) == 800 / 40 * 100 * 2


def test_with_a_fixed_number_of_steps_the_whole_pool_takes_no_longer():
    settings = Training(steps=10, batch_size=4)
    assert full_tokens(record("mixed.random"), 100, settings) == 800


def found(settings=SETTINGS, pool=100, **options):
    rows = [training_cost("fine-tunes on subsets", [record("000", **options)])]
    return cost_result(rows, [record("mixed.selected", **options), record("mixed.random", **options)], pool, settings)


def test_choosing_has_paid_when_what_it_saves_is_what_it_took():
    result = found(pool=25)
    # Training on 40 of 50 tokens' worth saves a fifth of its hour; measuring is no part of it.
    assert result.once == 2 and result.fine_tune == PerFineTune(selected=1, full=1.25)
    assert result.break_even == 8
    assert "choosing has paid off after 8 such fine-tunes" in result.sentence


def test_where_jobs_left_no_time_what_choosing_took_is_said_to_be_a_bound():
    rows = [StageCost("scoring mixed", 4, 3, 2.0, 0.0, None)]
    words = cost_result(rows, [record("mixed.selected"), record("mixed.random")], 25, SETTINGS).sentence
    assert "Choosing took at least 2 core hours, once (1 of 4 jobs left no benchmark and are not counted)" in words
    assert "paid off after at least 8 such" in words


def test_choosing_that_saves_nothing_is_said_never_to_pay():
    result = found(settings=Training(steps=10, batch_size=4))
    assert result.break_even is None
    assert "saves no time in a fine-tune and never pays off in this way" in result.sentence


def test_on_a_gpu_hours_are_those_of_the_gpu():
    result = found(device="NVIDIA H100", hours=0.5)
    assert (result.unit, result.once) == ("GPU hours", 0.5)


def test_the_command_adds_up_scoring_tuning_and_searching(tmp_path, monkeypatch, capsys):
    lay_out(tmp_path)
    benchmark(tmp_path / "selection/tiny/mixed/search_size.jsonl")
    records = {run: tmp_path / f"{run}.json" for run in ("000", "mixed.ruled", "mixed.selected", "mixed.random")}
    for run, path in records.items():
        write_result(path, record(run))
    write_table(tmp_path / "scores.parquet", pa.table({"id": list("abc")}), pa.schema([]))
    write_table(tmp_path / "trials.parquet", pa.table({"tokens": [5, 6]}), pa.schema([]))
    options = {
        "--settings": ['{"epochs": 2}'], "--pools": ["mixed"], "--cpu-scorers": ["text"],
        "--subset-records": [records["000"]], "--arm-records": [records["mixed.selected"], records["mixed.random"]],
        "--choice-records": [records["mixed.ruled"]],
        "--trials": [tmp_path / "trials.parquet"], "--scores": [tmp_path / "scores.parquet"],
        "--benchmarks": [tmp_path], "--output": [tmp_path / "cost.json"],
    }  # fmt: skip
    command = ["cost", *(str(part) for name, values in options.items() for part in (name, *values))]
    monkeypatch.setattr("sys.argv", command)
    main()
    result = read_result(CostResult, tmp_path / "cost.json")
    assert {row.stage: (row.jobs, row.wall_hours, row.tokens) for row in result.rows} == {
        "scoring mixed": (2, 4, None), "fine-tunes on subsets": (1, 2, 800),
        "fine-tunes of the validation": (1, 2, 800), "search for the size": (1, 2, 11),
    }  # fmt: skip
    assert result.once == 10
    assert result.sentence in capsys.readouterr().out
