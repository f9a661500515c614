"""The preset of benchmarks."""

from pathlib import Path

import lm_eval
import pytest
from lm_eval.tasks import TaskManager

from instructmining.comparison.benchmarks.settings import Benchmarks, BenchmarkTask


def test_the_preset_is_the_open_llm_set_and_single_tasks_win_over_it() -> None:
    settings = Benchmarks(preset="open_llm", tasks={"mmlu": BenchmarkTask(fewshot=0)})
    shots = {name: (task.fewshot, task.metric) for name, task in settings.all_tasks().items()}
    assert shots == {
        "arc_challenge": (25, "acc_norm"),
        "hellaswag": (10, "acc_norm"),
        "mmlu": (0, "acc"),
        "truthfulqa_mc2": (0, "acc"),
    }


def test_lm_evaluation_harness_knows_the_tasks_of_the_preset() -> None:
    folder = Path(lm_eval.__file__).parent / "tasks"
    folders = [
        folder / name for name in ("arc", "hellaswag", "mmlu/default", "truthfulqa")
    ]  # reading all takes a minute
    manager = TaskManager(include_path=folders, include_defaults=False)
    assert set(Benchmarks(preset="open_llm").all_tasks()) <= {*manager.all_subtasks, *manager.all_groups}


def test_benchmarks_without_a_task_are_refused() -> None:
    with pytest.raises(ValueError, match="found neither preset nor tasks"):
        Benchmarks()
