"""Download the data of the benchmarks, before a GPU is asked for, and record what they are.

In: the settings. Out: for each task its version, its number of questions and a hash of them. The data go into the cache
of Hugging Face, so that later jobs need no network.

    python -m instructmining.comparison.benchmarks.tasks --settings '{"preset": "open_llm"}' --output tasks.json
"""

import argparse
import hashlib
import json
from pathlib import Path

from lm_eval.tasks import TaskManager

from instructmining.command import run_main
from instructmining.comparison.benchmarks.result import TaskRecord, TaskRecords
from instructmining.comparison.benchmarks.settings import Benchmarks, BenchmarkTask
from instructmining.data.errors import DataError
from instructmining.files import write_result


def task_manager(settings: Benchmarks) -> TaskManager:
    """Finds tasks by name: the user's own, and the tasks of lm-evaluation-harness if any of them is asked for."""
    if settings.include:
        own = TaskManager(include_path=settings.include, include_defaults=False)
        if set(settings.all_tasks()) <= set(own.all_tasks):
            return own
    return TaskManager(include_path=settings.include)


def task_record(manager: TaskManager, name: str, task: BenchmarkTask) -> TaskRecord:
    """What a task is; raises DataError where there is no task of that name, or where it lacks the metric."""
    where = f"comparison.benchmarks.tasks.{name}"
    if name not in {*manager.all_subtasks, *manager.all_groups}:
        raise DataError(f"{where}: lm-evaluation-harness knows no task or group of this name")
    loaded = manager.load([name])
    leaves, group = loaded["tasks"], loaded["groups"].get(name)
    metrics = (
        set(leaves[name].aggregation()) if group is None else {m.metric for m in group.aggregate_metric_list or []}
    )
    if task.metric not in metrics:
        raise DataError(f"{where}.metric: found {task.metric!r}; allowed: {', '.join(sorted(metrics))}")
    digest, questions = hashlib.sha256(), 0
    for leaf in sorted(leaves):
        for question in leaves[leaf].eval_docs:
            digest.update(json.dumps(question, sort_keys=True, default=str).encode())
            questions += 1
    version = str(leaves[name].VERSION if group is None else group.version)
    return TaskRecord(version, parts=len(leaves), questions=questions, hash=digest.hexdigest())


def main() -> None:
    """Load every task, record what it is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--settings", type=Benchmarks.model_validate_json, required=True)
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    manager, tasks = task_manager(arguments.settings), arguments.settings.all_tasks()
    records = {name: task_record(manager, name, task) for name, task in tasks.items()}
    write_result(arguments.output, TaskRecords(records))
    print(f"{len(tasks)} tasks: {', '.join(tasks)}")


if __name__ == "__main__":
    run_main(main)
