"""How long jobs took is read from what the engine measured."""

from pathlib import Path

from instructmining.jobs.benchmarks import benchmark_of, wall_seconds


def test_the_last_time_that_a_job_ran_counts(tmp_path: Path) -> None:
    benchmark = tmp_path / "job.jsonl"
    benchmark.write_text('{"s": 5.5, "cpu_time": 1.0}\n{"s": 7.5, "cpu_time": 2.0}\n')
    assert wall_seconds(benchmark) == 7.5


def test_a_benchmark_follows_the_path_of_its_log() -> None:
    log = "results/logs/training/logs/000/seed0.log"
    assert benchmark_of(log) == "results/benchmarks/training/logs/000/seed0.jsonl"
