"""Tasks are known before a GPU is asked for."""

import pytest

from instructmining.comparison.benchmarks.settings import Benchmarks, BenchmarkTask
from instructmining.comparison.benchmarks.tasks import task_manager, task_record
from instructmining.data.errors import DataError


def test_a_task_is_described_before_a_gpu_is_asked_for(settings: Benchmarks) -> None:
    described = task_record(task_manager(settings), "colours", BenchmarkTask())
    assert (described.version, described.parts, described.questions) == ("3", 1, 8)


@pytest.mark.parametrize(
    ("name", "metric", "message"),
    [("colors", "acc", "no task or group of this name"), ("colours", "f1", r"metric: found 'f1'; allowed: acc")],
)
def test_unknown_tasks_and_metrics_are_named(settings: Benchmarks, name: str, metric: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        task_record(task_manager(settings), name, BenchmarkTask(metric=metric))
